#include "lmdb_environment.h"

#include <leadkeep/base/files.h>

#include <array>
#include <cerrno>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace leadkeep::store {
namespace {

constexpr unsigned kMaxReaders = 2048;
constexpr const char* kDataFile = "data.mdb";

// Erasing copies the pages it changes, so it needs room, too. Behind the limit that the operator has
// set there is some, for transactions that leave less than they found; one batch that begins below
// the limit may reach into it as well.
std::size_t reserve_of(std::size_t map_size) noexcept {
  constexpr std::size_t kFewest = std::size_t{32} << 20;
  constexpr std::size_t kPart = 64;
  return std::max(kFewest, map_size / kPart);
}

Fail cannot(std::string_view what, const std::filesystem::path& path) {
  return fail(Errc::kUnavailable, "store: cannot " + std::string{what} + " " + path.string());
}

Result<void> make_durable(const std::filesystem::path& path) {
  const UniqueFd fd{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
  return fd.valid() && ::fsync(fd.get()) == 0 ? Result<void>{} : cannot("flush", path);
}

Result<void> overwrite(const std::filesystem::path& file) {
  const UniqueFd fd{::open(file.c_str(), O_WRONLY | O_CLOEXEC)};
  struct stat status{};
  if (!fd.valid() || ::fstat(fd.get(), &status) != 0) {
    return cannot("overwrite", file);
  }
  static constexpr std::array<std::byte, std::size_t{64} << 10> kNothing{};
  for (off_t left = status.st_size; left > 0;) {
    const auto piece = std::min<off_t>(left, static_cast<off_t>(kNothing.size()));
    const ssize_t written = ::write(fd.get(), kNothing.data(), static_cast<std::size_t>(piece));
    if (written <= 0 && errno != EINTR) {
      return cannot("overwrite", file);
    }
    left -= std::max<ssize_t>(written, 0);
  }
  return ::fsync(fd.get()) == 0 ? Result<void>{} : cannot("flush", file);
}

}  // namespace

Result<void> destroy_environment(const std::filesystem::path& directory) {
  std::error_code error;
  if (!std::filesystem::exists(directory, error)) {
    return {};
  }
  const auto data = directory / kDataFile;
  if (std::filesystem::exists(data, error)) {
    LK_TRY_VOID(overwrite(data));
  }
  std::filesystem::remove_all(directory, error);
  return error ? cannot("remove", directory) : make_durable(directory.parent_path());
}

Result<std::shared_ptr<LmdbEnvironment>> LmdbEnvironment::open(
    const LmdbOptions& options, const std::filesystem::path& directory) {
  std::shared_ptr<LmdbEnvironment> environment{new LmdbEnvironment};
  MDB_env* raw = nullptr;
  if (const int rc = ::mdb_env_create(&raw); rc != 0) {
    return lmdb_failure(rc, "cannot create an environment");
  }
  environment->m_env.reset(raw);
  ::mdb_env_set_mapsize(raw, options.map_size + reserve_of(options.map_size));
  ::mdb_env_set_maxreaders(raw, kMaxReaders);
  ::mdb_env_set_maxdbs(raw, static_cast<MDB_dbi>(options.tables.size()));
  const mode_t old_mask = ::umask(0077);
  const int rc = ::mdb_env_open(raw, directory.c_str(), MDB_NOTLS | MDB_NORDAHEAD, 0600);
  ::umask(old_mask);
  if (rc != 0) {
    return lmdb_failure(rc, "cannot open " + directory.string());
  }
  int dead = 0;
  (void)::mdb_reader_check(raw, &dead);
  MDB_stat stat{};
  ::mdb_env_stat(raw, &stat);
  environment->m_page_size = stat.ms_psize;
  LK_TRY_VOID(environment->open_tables(options.tables));
  return environment;
}

Result<void> LmdbEnvironment::open_tables(std::span<const TableName> tables) {
  MDB_txn* txn = nullptr;
  if (const int rc = ::mdb_txn_begin(m_env.get(), nullptr, 0, &txn); rc != 0) {
    return lmdb_failure(rc, "cannot begin");
  }
  for (const TableName& table : tables) {
    MDB_dbi dbi = 0;
    const std::string name{table.name};
    if (const int rc = ::mdb_dbi_open(txn, name.c_str(), MDB_CREATE, &dbi); rc != 0) {
      ::mdb_txn_abort(txn);
      return lmdb_failure(rc, "cannot open the table " + name);
    }
    m_dbis.at(static_cast<std::size_t>(table.id)) = dbi;
  }
  if (const int rc = ::mdb_txn_commit(txn); rc != 0) {
    return lmdb_failure(rc, "cannot create the tables");
  }
  return {};
}

LmdbEnvironment::~LmdbEnvironment() {
  m_idle_readers.with([](std::vector<MDB_txn*>& idle) {
    for (MDB_txn* txn : idle) {
      ::mdb_txn_abort(txn);
    }
    idle.clear();
  });
}

Result<MDB_txn*> LmdbEnvironment::begin_read() {
  MDB_txn* txn = m_idle_readers.with([](std::vector<MDB_txn*>& idle) -> MDB_txn* {
    if (idle.empty()) {
      return nullptr;
    }
    MDB_txn* last = idle.back();
    idle.pop_back();
    return last;
  });
  if (txn != nullptr) {
    if (::mdb_txn_renew(txn) == 0) {
      return txn;
    }
    ::mdb_txn_abort(txn);
  }
  if (const int rc = ::mdb_txn_begin(m_env.get(), nullptr, MDB_RDONLY, &txn); rc != 0) {
    return lmdb_failure(rc, "cannot begin a read");
  }
  return txn;
}

void LmdbEnvironment::end_read(MDB_txn* txn) {
  ::mdb_txn_reset(txn);
  m_idle_readers.with([&](std::vector<MDB_txn*>& idle) { idle.push_back(txn); });
}

Result<void> LmdbEnvironment::copy_live_to(const std::filesystem::path& directory) const {
  if (const int rc = ::mdb_env_copy2(m_env.get(), directory.c_str(), MDB_CP_COMPACT); rc != 0) {
    return lmdb_failure(rc, "cannot copy to " + directory.string());
  }
  const auto data = directory / kDataFile;
  if (::chmod(data.c_str(), S_IRUSR | S_IWUSR) != 0) {
    return cannot("close to others", data);
  }
  LK_TRY_VOID(make_durable(data));
  return make_durable(directory);
}

}  // namespace leadkeep::store
