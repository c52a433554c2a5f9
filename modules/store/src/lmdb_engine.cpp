#include <leadkeep/base/event_log.h>
#include <leadkeep/base/guarded.h>
#include <leadkeep/base/metrics.h>
#include <leadkeep/store/lmdb_engine.h>

#include <atomic>
#include <deque>
#include <semaphore>
#include <string>
#include <thread>
#include <vector>

#include <lmdb.h>
#include <pthread.h>
#include <sys/stat.h>

namespace leadkeep::store {
namespace {

constexpr std::size_t kMaxBatchBodies = 1024;
constexpr std::size_t kMaxBatchBytes = 4U << 20;
constexpr unsigned kMaxReaders = 2048;
constexpr std::size_t kMaxTableIds = 64;

Fail lmdb_failure(int code, std::string_view what) {
  const Errc errc = code == MDB_CORRUPTED || code == MDB_INVALID || code == MDB_VERSION_MISMATCH ||
                            code == MDB_PAGE_NOTFOUND
                        ? Errc::kCorrupt
                        : Errc::kUnavailable;
  return fail(errc, "store: " + std::string{what} + ": " + ::mdb_strerror(code));
}

MDB_val to_val(ByteView bytes) noexcept {
  return {bytes.size(), const_cast<std::byte*>(bytes.data())};
}

ByteView to_view(const MDB_val& val) noexcept {
  return {static_cast<const std::byte*>(val.mv_data), val.mv_size};
}

using Dbis = std::array<MDB_dbi, kMaxTableIds>;

struct CursorCloser {
  void operator()(MDB_cursor* cursor) const noexcept { ::mdb_cursor_close(cursor); }
};

using CursorHandle = std::unique_ptr<MDB_cursor, CursorCloser>;

// The smallest key above every key with this prefix; empty if there is none.
Bytes end_of_prefix(ByteView prefix) {
  Bytes end{prefix.begin(), prefix.end()};
  while (!end.empty() && end.back() == std::byte{0xff}) {
    end.pop_back();
  }
  if (!end.empty()) {
    end.back() = static_cast<std::byte>(std::to_integer<unsigned>(end.back()) + 1);
  }
  return end;
}

// Reads through one LMDB transaction, whichever kind it is.
class TxnReader {
 public:
  TxnReader(MDB_txn* txn, const Dbis& dbis) noexcept : m_txn{txn}, m_dbis{dbis} {}

  Result<std::optional<ByteView>> get(TableId table, ByteView key) {
    MDB_val k = to_val(key);
    MDB_val v{};
    const int rc = ::mdb_get(m_txn, dbi(table), &k, &v);
    if (rc == MDB_NOTFOUND) {
      return std::optional<ByteView>{};
    }
    if (rc != 0) {
      return lmdb_failure(rc, "cannot read");
    }
    return std::optional{to_view(v)};
  }

  Result<void> scan(TableId table, ByteView prefix, ByteView from, const Visitor& visit) {
    LK_TRY(const CursorHandle cursor, open_cursor(table));
    const bool at_from =
        !from.empty() &&
        !std::lexicographical_compare(from.begin(), from.end(), prefix.begin(), prefix.end());
    const ByteView start = at_from ? from : prefix;
    MDB_val k = to_val(start);
    MDB_val v{};
    int rc = ::mdb_cursor_get(cursor.get(), &k, &v, start.empty() ? MDB_FIRST : MDB_SET_RANGE);
    while (rc == 0 && starts_with(to_view(k), prefix)) {
      LK_TRY(const Step step, visit(to_view(k), to_view(v)));
      if (step == Step::kStop) {
        return {};
      }
      rc = ::mdb_cursor_get(cursor.get(), &k, &v, MDB_NEXT);
    }
    return finished(rc);
  }

  Result<void> scan_back(TableId table, ByteView prefix, ByteView before, const Visitor& visit) {
    LK_TRY(const CursorHandle cursor, open_cursor(table));
    Bytes end = end_of_prefix(prefix);
    if (!before.empty() &&
        (end.empty() ||
         std::lexicographical_compare(before.begin(), before.end(), end.begin(), end.end()))) {
      end.assign(before.begin(), before.end());
    }
    MDB_val k = to_val(end);
    MDB_val v{};
    int rc = MDB_NOTFOUND;
    if (!end.empty()) {
      rc = ::mdb_cursor_get(cursor.get(), &k, &v, MDB_SET_RANGE);
    }
    // Now at the first key that is not wanted, or past the last one.
    rc = ::mdb_cursor_get(cursor.get(), &k, &v, rc == 0 ? MDB_PREV : MDB_LAST);
    while (rc == 0 && starts_with(to_view(k), prefix)) {
      LK_TRY(const Step step, visit(to_view(k), to_view(v)));
      if (step == Step::kStop) {
        return {};
      }
      rc = ::mdb_cursor_get(cursor.get(), &k, &v, MDB_PREV);
    }
    return finished(rc);
  }

 protected:
  MDB_txn* txn() const noexcept { return m_txn; }

  MDB_dbi dbi(TableId table) const noexcept {
    const auto at = static_cast<std::size_t>(table);
    LK_CHECK(at < m_dbis.size() && m_dbis[at] != 0);
    return m_dbis[at];
  }

 private:
  Result<CursorHandle> open_cursor(TableId table) {
    MDB_cursor* raw = nullptr;
    if (const int rc = ::mdb_cursor_open(m_txn, dbi(table), &raw); rc != 0) {
      return lmdb_failure(rc, "cannot open a cursor");
    }
    return CursorHandle{raw};
  }

  static Result<void> finished(int rc) {
    if (rc != 0 && rc != MDB_NOTFOUND) {
      return lmdb_failure(rc, "cannot scan");
    }
    return {};
  }

  MDB_txn* m_txn;
  const Dbis& m_dbis;
};

class LmdbReadView final : public ReadView, private TxnReader {
 public:
  using TxnReader::TxnReader;

  Result<std::optional<ByteView>> get(TableId table, ByteView key) override {
    return TxnReader::get(table, key);
  }

  Result<void> scan(TableId table, ByteView prefix, ByteView from, const Visitor& visit) override {
    return TxnReader::scan(table, prefix, from, visit);
  }

  Result<void> scan_back(TableId table, ByteView prefix, ByteView before,
                         const Visitor& visit) override {
    return TxnReader::scan_back(table, prefix, before, visit);
  }
};

// Writes at once and remembers how to undo it, so that one failed body of a batch leaves no trace.
class LmdbWriteView final : public WriteView, private TxnReader {
 public:
  using TxnReader::TxnReader;

  Result<std::optional<ByteView>> get(TableId table, ByteView key) override {
    return TxnReader::get(table, key);
  }

  Result<void> scan(TableId table, ByteView prefix, ByteView from, const Visitor& visit) override {
    return TxnReader::scan(table, prefix, from, visit);
  }

  Result<void> scan_back(TableId table, ByteView prefix, ByteView before,
                         const Visitor& visit) override {
    return TxnReader::scan_back(table, prefix, before, visit);
  }

  Result<void> put(TableId table, ByteView key, ByteView value) override {
    LK_TRY_VOID(remember(table, key));
    m_bytes += key.size() + value.size();
    return put_now(table, key, value);
  }

  Result<void> erase(TableId table, ByteView key) override {
    LK_TRY_VOID(remember(table, key));
    return erase_now(table, key);
  }

  Result<void> undo() {
    for (auto it = m_undo.rbegin(); it != m_undo.rend(); ++it) {
      if (it->value) {
        LK_TRY_VOID(put_now(it->table, it->key, *it->value));
      } else {
        LK_TRY_VOID(erase_now(it->table, it->key));
      }
    }
    m_undo.clear();
    return {};
  }

  [[nodiscard]] std::size_t bytes_written() const noexcept { return m_bytes; }

 private:
  struct Undo {
    TableId table;
    Bytes key;
    std::optional<Bytes> value;
  };

  Result<void> remember(TableId table, ByteView key) {
    LK_TRY(const auto old, TxnReader::get(table, key));
    Undo undo{table, {key.begin(), key.end()}, std::nullopt};
    if (old) {
      undo.value = Bytes{old->begin(), old->end()};
    }
    m_undo.push_back(std::move(undo));
    return {};
  }

  Result<void> put_now(TableId table, ByteView key, ByteView value) {
    MDB_val k = to_val(key);
    MDB_val v = to_val(value);
    if (const int rc = ::mdb_put(txn(), dbi(table), &k, &v, 0); rc != 0) {
      return lmdb_failure(rc, "cannot write");
    }
    return {};
  }

  Result<void> erase_now(TableId table, ByteView key) {
    MDB_val k = to_val(key);
    const int rc = ::mdb_del(txn(), dbi(table), &k, nullptr);
    if (rc != 0 && rc != MDB_NOTFOUND) {
      return lmdb_failure(rc, "cannot erase");
    }
    return {};
  }

  std::vector<Undo> m_undo;
  std::size_t m_bytes = 0;
};

// One caller waiting for its body to become durable.
struct PendingWrite {
  const WriteBody* body;
  Result<void> outcome;
  std::binary_semaphore done{0};
};

struct WriteQueue {
  std::deque<PendingWrite*> waiting;
  bool stopping = false;
};

struct EnvCloser {
  void operator()(MDB_env* env) const noexcept { ::mdb_env_close(env); }
};

}  // namespace

class LmdbEngine::Impl {
 public:
  explicit Impl(Metrics& metrics, Rehearsal rehearsal)
      : m_metrics{metrics}, m_rehearsal{rehearsal} {}

  ~Impl() {
    m_queue.with([](WriteQueue& queue) { queue.stopping = true; });
    m_queue.notify_all();
    if (m_writer.joinable()) {
      m_writer.join();
    }
    m_idle_readers.with([](std::vector<MDB_txn*>& idle) {
      for (MDB_txn* txn : idle) {
        ::mdb_txn_abort(txn);
      }
      idle.clear();
    });
  }

  Result<void> open(const LmdbOptions& options) {
    MDB_env* raw = nullptr;
    if (const int rc = ::mdb_env_create(&raw); rc != 0) {
      return lmdb_failure(rc, "cannot create an environment");
    }
    m_env.reset(raw);
    ::mdb_env_set_mapsize(raw, options.map_size);
    ::mdb_env_set_maxreaders(raw, kMaxReaders);
    ::mdb_env_set_maxdbs(raw, static_cast<MDB_dbi>(options.tables.size()));
    const mode_t old_mask = ::umask(0077);
    const int rc = ::mdb_env_open(raw, options.directory.c_str(), MDB_NOTLS | MDB_NORDAHEAD, 0600);
    ::umask(old_mask);
    if (rc != 0) {
      return lmdb_failure(rc, "cannot open " + options.directory.string());
    }
    int dead = 0;
    (void)::mdb_reader_check(raw, &dead);
    LK_TRY_VOID(open_tables(options.tables));
    m_writer = std::jthread{[this] { run_writer(); }};
    return {};
  }

  Result<void> read(const ReadBody& body) {
    LK_TRY(MDB_txn* const txn, begin_read());
    LmdbReadView view{txn, m_dbis};
    Result<void> outcome = body(view);
    end_read(txn);
    return outcome;
  }

  Result<void> write(const WriteBody& body) {
    PendingWrite pending{&body, {}};
    const bool queued = m_queue.with([&](WriteQueue& queue) {
      if (queue.stopping || m_broken.load()) {
        return false;
      }
      queue.waiting.push_back(&pending);
      return true;
    });
    if (!queued) {
      return fail(Errc::kUnavailable, "store: no writes are taken; see the log, then restart");
    }
    m_queue.notify_one();
    pending.done.acquire();
    return std::move(pending.outcome);
  }

  [[nodiscard]] bool is_broken() const noexcept { return m_broken.load(); }

 private:
  Result<void> open_tables(std::span<const TableName> tables) {
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

  Result<MDB_txn*> begin_read() {
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

  void end_read(MDB_txn* txn) {
    ::mdb_txn_reset(txn);
    m_idle_readers.with([&](std::vector<MDB_txn*>& idle) { idle.push_back(txn); });
  }

  void run_writer() {
    ::pthread_setname_np(::pthread_self(), "lk-writer");
    while (true) {
      std::vector<PendingWrite*> batch;
      bool stopping = false;
      m_queue.when([](const WriteQueue& q) { return q.stopping || !q.waiting.empty(); },
                   [&](WriteQueue& q) {
                     while (!q.waiting.empty() && batch.size() < kMaxBatchBodies) {
                       batch.push_back(q.waiting.front());
                       q.waiting.pop_front();
                     }
                     stopping = q.stopping;
                   });
      if (batch.empty() && stopping) {
        return;
      }
      run_batch(batch);
    }
  }

  // Runs what fits into one transaction; puts the rest back to the front of the queue.
  void run_batch(std::vector<PendingWrite*>& batch) {
    if (m_broken.load()) {  // these were queued before the commit that failed
      finish(batch, fail(Errc::kUnavailable, "store: no writes are taken; see the log"));
      return;
    }
    MDB_txn* txn = nullptr;
    if (const int rc = ::mdb_txn_begin(m_env.get(), nullptr, 0, &txn); rc != 0) {
      finish(batch, lmdb_failure(rc, "cannot begin a write"));
      return;
    }
    std::size_t bytes = 0;
    std::size_t ran = 0;
    for (; ran < batch.size() && bytes < kMaxBatchBytes; ++ran) {
      LmdbWriteView view{txn, m_dbis};
      if (Result<void> unusable = run_body(*batch[ran], view); !unusable) {
        ::mdb_txn_abort(txn);
        finish(batch, Fail{unusable.error()});
        return;
      }
      bytes += view.bytes_written();
    }
    const std::vector<PendingWrite*> rest(batch.begin() + static_cast<std::ptrdiff_t>(ran),
                                          batch.end());
    batch.resize(ran);
    commit(txn, batch);
    if (!rest.empty()) {
      m_queue.with(
          [&](WriteQueue& q) { q.waiting.insert(q.waiting.begin(), rest.begin(), rest.end()); });
    }
  }

  // Fails only when the transaction itself cannot be used any more.
  Result<void> run_body(PendingWrite& pending, LmdbWriteView& view) {
    if (m_rehearsal == Rehearsal::kEveryWrite) {
      (void)(*pending.body)(view).ok();
      LK_TRY_VOID(view.undo());
    }
    pending.outcome = (*pending.body)(view);
    if (!pending.outcome) {
      LK_TRY_VOID(view.undo());
    }
    return {};
  }

  void commit(MDB_txn* txn, const std::vector<PendingWrite*>& batch) {
    const int rc = ::mdb_txn_commit(txn);
    if (rc == 0) {
      m_metrics.store_commits.add();
      m_metrics.store_writes.add(batch.size());
      for (PendingWrite* pending : batch) {
        pending->done.release();
      }
      return;
    }
    if (rc != MDB_MAP_FULL && rc != ENOSPC && rc != MDB_TXN_FULL) {
      m_broken.store(true);
      log_error("STORE_BROKEN", Field{"code", rc});
    }
    finish(batch, lmdb_failure(rc, "cannot commit"));
  }

  static void finish(const std::vector<PendingWrite*>& batch, const Fail& failure) {
    for (PendingWrite* pending : batch) {
      pending->outcome = failure;
      pending->done.release();
    }
  }

  Metrics& m_metrics;
  const Rehearsal m_rehearsal;
  std::unique_ptr<MDB_env, EnvCloser> m_env;
  Dbis m_dbis{};
  Guarded<std::vector<MDB_txn*>> m_idle_readers;
  Guarded<WriteQueue> m_queue;
  std::atomic<bool> m_broken{false};
  std::jthread m_writer;
};

LmdbEngine::LmdbEngine(std::unique_ptr<Impl> impl) : m_impl{std::move(impl)} {}

LmdbEngine::~LmdbEngine() = default;

Result<std::unique_ptr<LmdbEngine>> LmdbEngine::open(const LmdbOptions& options, Metrics& metrics) {
  auto impl = std::make_unique<Impl>(metrics, options.rehearsal);
  LK_TRY_VOID(impl->open(options));
  return std::unique_ptr<LmdbEngine>{new LmdbEngine{std::move(impl)}};
}

Result<void> LmdbEngine::read(const ReadBody& body) {
  return m_impl->read(body);
}

Result<void> LmdbEngine::write(const WriteBody& body) {
  return m_impl->write(body);
}

bool LmdbEngine::is_broken() const noexcept {
  return m_impl->is_broken();
}

}  // namespace leadkeep::store
