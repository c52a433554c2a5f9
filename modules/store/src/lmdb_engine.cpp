#include "lmdb_views.h"

#include <leadkeep/base/check.h>
#include <leadkeep/base/event_log.h>
#include <leadkeep/base/guarded.h>
#include <leadkeep/base/heap.h>
#include <leadkeep/base/metrics.h>
#include <leadkeep/base/seeded_leak.h>
#include <leadkeep/store/lmdb_engine.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <deque>
#include <string>
#include <thread>
#include <vector>

#include <lmdb.h>
#include <pthread.h>
#include <semaphore.h>
#include <sys/stat.h>

namespace leadkeep::store {
namespace {

constexpr std::size_t kMaxBatchBodies = 1024;
constexpr std::size_t kMaxBatchBytes = 4U << 20;
constexpr unsigned kMaxReaders = 2048;

// Not std::binary_semaphore, which calls sched_yield() several times before it sleeps: a commit
// takes longer than that.
class Done {
 public:
  Done() noexcept { LK_CHECK(::sem_init(&m_semaphore, 0, 0) == 0); }

  Done(const Done&) = delete;
  Done& operator=(const Done&) = delete;

  ~Done() { ::sem_destroy(&m_semaphore); }

  void set() noexcept { LK_CHECK(::sem_post(&m_semaphore) == 0); }

  void wait() noexcept {
    while (::sem_wait(&m_semaphore) != 0) {
      LK_CHECK(errno == EINTR);
    }
  }

 private:
  ::sem_t m_semaphore;
};

// One caller waiting for its body to become durable.
struct PendingWrite {
  const WriteBody* body;
  Result<void> outcome;
  Done done;
};

struct WriteQueue {
  std::deque<PendingWrite*> waiting;
  bool stopping = false;
};

// Erasing copies the pages it changes, so it needs room, too. Behind the limit that the operator has
// set there is some, for transactions that leave less than they found; one batch that begins below
// the limit may reach into it as well.
std::size_t reserve_of(std::size_t map_size) noexcept {
  constexpr std::size_t kFewest = std::size_t{32} << 20;
  constexpr std::size_t kPart = 64;
  return std::max(kFewest, map_size / kPart);
}

// LMDB keeps the lists of free pages in a table of its own, the length in front of each.
std::size_t free_pages(MDB_txn* txn) {
  constexpr MDB_dbi kFreeList = 0;
  MDB_cursor* raw = nullptr;
  if (::mdb_cursor_open(txn, kFreeList, &raw) != 0) {
    return 0;
  }
  const CursorHandle cursor{raw};
  std::size_t pages = 0;
  MDB_val key{};
  MDB_val list{};
  while (::mdb_cursor_get(cursor.get(), &key, &list, MDB_NEXT) == 0) {
    std::size_t length = 0;
    std::memcpy(&length, list.mv_data, std::min(sizeof(length), list.mv_size));
    pages += length;
  }
  return pages;
}

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
    ::mdb_env_set_mapsize(raw, options.map_size + reserve_of(options.map_size));
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
    MDB_stat stat{};
    ::mdb_env_stat(raw, &stat);
    m_pages = options.map_size / stat.ms_psize;
    LK_TRY_VOID(open_tables(options.tables));
    m_writer = std::jthread{[this] { run_writer(); }};
    return {};
  }

  Result<void> read(const ReadBody& body) {
    LK_TRY(MDB_txn* const txn, begin_read());
    const ReadGuard guard{*this, txn};  // also when the body throws
    LmdbReadView view{txn, m_dbis};
    return body(view);
  }

  Result<void> write(const WriteBody& body) {
    PendingWrite pending{&body, {}, {}};
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
    pending.done.wait();
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

  class ReadGuard {
   public:
    ReadGuard(Impl& impl, MDB_txn* txn) noexcept : m_impl{impl}, m_txn{txn} {}

    ReadGuard(const ReadGuard&) = delete;
    ReadGuard& operator=(const ReadGuard&) = delete;

    ~ReadGuard() { m_impl.end_read(m_txn); }

   private:
    Impl& m_impl;
    MDB_txn* m_txn;
  };

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
    bool has_rested = true;
    while (true) {
      std::vector<PendingWrite*> batch;
      bool stopping = false;
      const auto is_due = [](const WriteQueue& q) { return q.stopping || !q.waiting.empty(); };
      const auto take = [&](WriteQueue& q) {
        while (!q.waiting.empty() && batch.size() < kMaxBatchBodies) {
          batch.push_back(q.waiting.front());
          q.waiting.pop_front();
        }
        stopping = q.stopping;
      };
      if (has_rested) {
        m_queue.when(is_due, take);
      } else {
        m_queue.when_or_after(kRest, is_due, take);
      }
      has_rested = batch.empty();
      if (has_rested) {
        wipe_dead_stack();
        if (stopping) {
          return;
        }
        continue;
      }
      run_batch(batch);
      LK_SEEDED_LEAK(phone_in_thread_name, seeded::name_this_thread(seeded::phone()));
    }
  }

  // Runs what fits into one transaction; puts the rest back to the front of the queue.
  void run_batch(std::vector<PendingWrite*>& batch) {
    if (m_broken.load()) {  // these were queued before the commit that failed
      finish(batch, fail(Errc::kUnavailable, "store: no writes are taken; see the log"));
      return;
    }
    const Space space = space_now();
    MDB_txn* txn = nullptr;
    if (const int rc = ::mdb_txn_begin(m_env.get(), nullptr, 0, &txn); rc != 0) {
      finish(batch, lmdb_failure(rc, "cannot begin a write"));
      return;
    }
    std::size_t bytes = 0;
    std::size_t ran = 0;
    for (; ran < batch.size() && bytes < kMaxBatchBytes; ++ran) {
      LmdbWriteView view{txn, m_dbis};
      run_body(*batch[ran], view, space);
      if (!view.is_usable()) {
        abort_for(txn, batch, ran);
        return;
      }
      bytes += view.bytes_written();
    }
    put_back({batch.begin() + static_cast<std::ptrdiff_t>(ran), batch.end()});
    batch.resize(ran);
    commit(txn, batch);
  }

  // One body met an error of LMDB, which ends the transaction for all: it alone is told so, the
  // others run again.
  void abort_for(MDB_txn* txn, const std::vector<PendingWrite*>& batch, std::size_t culprit) {
    ::mdb_txn_abort(txn);
    std::vector<PendingWrite*> others = batch;
    others.erase(others.begin() + static_cast<std::ptrdiff_t>(culprit));
    put_back(others);
    PendingWrite& pending = *batch[culprit];
    if (pending.outcome) {  // it went on after the error, or undoing it failed
      pending.outcome = fail(Errc::kUnavailable, "store: the transaction had to be given up");
    }
    pending.done.set();
  }

  void put_back(const std::vector<PendingWrite*>& writes) {
    m_queue.with(
        [&](WriteQueue& q) { q.waiting.insert(q.waiting.begin(), writes.begin(), writes.end()); });
  }

  enum class Space { kLeft, kForLessOnly };

  // Pages that were given back are used again, but the last one never goes back: only when it is
  // behind the limit, the list of free ones has to be read.
  Space space_now() {
    MDB_envinfo info{};
    ::mdb_env_info(m_env.get(), &info);
    if (info.me_last_pgno < m_pages) {
      return Space::kLeft;
    }
    auto txn = begin_read();  // in a write transaction LMDB does not show it
    if (!txn) {
      return Space::kForLessOnly;
    }
    const ReadGuard guard{*this, txn.value()};
    return info.me_last_pgno - free_pages(txn.value()) < m_pages ? Space::kLeft
                                                                 : Space::kForLessOnly;
  }

  void run_body(PendingWrite& pending, LmdbWriteView& view, Space space) {
    if (m_rehearsal == Rehearsal::kEveryWrite) {
      (void)call(pending, view).ok();
      if (!view.undo()) {
        return;
      }
    }
    pending.outcome = call(pending, view);
    if (pending.outcome && space == Space::kForLessOnly && view.grows()) {
      pending.outcome = fail(Errc::kUnavailable,
                             "store: full: erase, or raise store.map_size_gib and start again");
    }
    if (!pending.outcome) {
      (void)view.undo().ok();  // a failed undo shows in view.is_usable()
    }
  }

  // An exception of a body must not end the one thread that writes.
  static Result<void> call(const PendingWrite& pending, LmdbWriteView& view) {
    try {
      return (*pending.body)(view);
    } catch (const std::exception&) {
      return fail(Errc::kInternal, "store: a write body threw");
    }
  }

  void commit(MDB_txn* txn, const std::vector<PendingWrite*>& batch) {
    const int rc = ::mdb_txn_commit(txn);
    if (rc == 0) {
      m_metrics.store_commits.add();
      for (PendingWrite* pending : batch) {
        m_metrics.store_writes.add(pending->outcome ? 1 : 0);
        pending->done.set();
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
      pending->done.set();
    }
  }

  Metrics& m_metrics;
  const Rehearsal m_rehearsal;
  std::unique_ptr<MDB_env, EnvCloser> m_env;
  Dbis m_dbis{};
  Guarded<std::vector<MDB_txn*>> m_idle_readers;
  Guarded<WriteQueue> m_queue;
  std::atomic<bool> m_broken{false};
  std::size_t m_pages = 0;  // within the limit of the operator
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
