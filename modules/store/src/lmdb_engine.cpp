#include "lmdb_environment.h"

#include <leadkeep/base/check.h>
#include <leadkeep/base/event_log.h>
#include <leadkeep/base/files.h>
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
#include <mutex>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <lmdb.h>
#include <pthread.h>
#include <semaphore.h>
#include <sys/stat.h>

namespace leadkeep::store {
namespace {

constexpr std::size_t kMaxBatchBodies = 1024;
constexpr std::size_t kMaxBatchBytes = 4U << 20;
constexpr std::chrono::milliseconds kLookForReaders{5};

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

// One caller waiting for the file to be written anew.
struct PendingCompaction {
  Result<void> outcome;
  std::shared_ptr<LmdbEnvironment> retired;
  Done done;
};

struct WriteQueue {
  std::deque<PendingWrite*> waiting;
  std::deque<PendingCompaction*> compactions;
  bool stopping = false;
};

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
  }

  Result<void> open(const LmdbOptions& options) {
    m_options = options;
    // What a compaction that was interrupted has left: a copy that was not taken into use, or the file that
    // was in use before. It is in nobody's way but that of the next compaction.
    if (const auto destroyed = destroy_environment(aside()); !destroyed) {
      log_warn("OLD_FILES_NOT_DESTROYED", Field{"reason", Reason{destroyed.error()}});
    }
    LK_TRY(auto environment, LmdbEnvironment::open(options, options.directory));
    m_pages = options.map_size / environment->page_size();
    m_environment.with([&](auto& current) { current = std::move(environment); });
    m_writer = std::jthread{[this] { run_writer(); }};
    return {};
  }

  Result<void> read(const ReadBody& body) {
    const auto environment = current();
    LK_TRY(MDB_txn* const txn, environment->begin_read());
    const ReadGuard guard{*environment, txn};  // also when the body throws
    LmdbReadView view{txn, environment->dbis()};
    return body(view);
  }

  Result<void> write(const WriteBody& body) {
    PendingWrite pending{&body, {}, {}};
    LK_TRY_VOID(wait_for(pending, &WriteQueue::waiting));
    return std::move(pending.outcome);
  }

  Result<void> compact() {
    const std::scoped_lock turn{m_compaction};
    PendingCompaction pending;
    LK_TRY_VOID(wait_for(pending, &WriteQueue::compactions));
    LK_TRY_VOID(std::move(pending.outcome));
    // Looked at again and again, so that readers need not tell.
    while (pending.retired.use_count() > 1) {
      std::this_thread::sleep_for(kLookForReaders);
    }
    pending.retired.reset();
    return destroy_environment(aside());
  }

  [[nodiscard]] bool is_broken() const noexcept { return m_broken.load(); }

 private:
  class ReadGuard {
   public:
    ReadGuard(LmdbEnvironment& environment, MDB_txn* txn) noexcept
        : m_environment{environment}, m_txn{txn} {}

    ReadGuard(const ReadGuard&) = delete;
    ReadGuard& operator=(const ReadGuard&) = delete;

    ~ReadGuard() { m_environment.end_read(m_txn); }

   private:
    LmdbEnvironment& m_environment;
    MDB_txn* m_txn;
  };

  // Until the writer thread has done it.
  template <class Pending>
  Result<void> wait_for(Pending& pending, std::deque<Pending*> WriteQueue::* line) {
    const bool queued = m_queue.with([&](WriteQueue& queue) {
      if (queue.stopping || m_broken.load()) {
        return false;
      }
      (queue.*line).push_back(&pending);
      return true;
    });
    if (!queued) {
      return fail(Errc::kUnavailable, "store: no writes are taken; see the log, then restart");
    }
    m_queue.notify_one();
    pending.done.wait();
    return {};
  }

  [[nodiscard]] std::shared_ptr<LmdbEnvironment> current() const {
    return m_environment.with([](const auto& environment) { return environment; });
  }

  // Beside the directory, so that the two can be exchanged.
  [[nodiscard]] std::filesystem::path aside() const {
    auto path = m_options.directory;
    path += ".aside";
    return path;
  }

  void run_writer() {
    ::pthread_setname_np(::pthread_self(), "lk-writer");
    bool has_rested = true;
    while (true) {
      std::vector<PendingWrite*> batch;
      std::deque<PendingCompaction*> compactions;
      bool stopping = false;
      const auto is_due = [](const WriteQueue& q) {
        return q.stopping || !q.waiting.empty() || !q.compactions.empty();
      };
      const auto take = [&](WriteQueue& q) {
        compactions.swap(q.compactions);
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
      for (PendingCompaction* const pending : compactions) {
        pending->outcome = compact_now(pending->retired);
        pending->done.set();
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

  // No write is under way meanwhile; readers go on in the environment of before, which is aside then.
  Result<void> compact_now(std::shared_ptr<LmdbEnvironment>& retired) {
    auto before = current();
    LK_TRY_VOID(destroy_environment(aside()));
    auto copied = copy_aside(*before);
    if (!copied) {
      (void)destroy_environment(aside()).ok();  // it may have filled the disk
      return Fail{std::move(copied).error()};
    }
    auto after = std::move(copied).value();
    m_environment.with([&](auto& environment) { environment = std::move(after); });
    retired = std::move(before);
    // Where this fails, the files of before may be back after a crash: what was written since would be lost.
    const UniqueFd parent{
        ::open(m_options.directory.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    if (!parent.valid() || ::fsync(parent.get()) != 0) {
      m_broken.store(true);
      log_error("STORE_BROKEN", Field{"code", errno});
      return fail(Errc::kUnavailable, "store: an exchange of files is not durable");
    }
    return {};
  }

  // What is live, in a file of its own that has changed places with the one in use.
  Result<std::shared_ptr<LmdbEnvironment>> copy_aside(const LmdbEnvironment& before) {
    LK_TRY_VOID(ensure_private_directory(aside()));
    LK_TRY_VOID(before.copy_live_to(aside()));
    LK_TRY(auto after, LmdbEnvironment::open(m_options, aside()));
    if (::renameat2(AT_FDCWD, aside().c_str(), AT_FDCWD, m_options.directory.c_str(),
                    RENAME_EXCHANGE) != 0) {
      return fail(Errc::kUnavailable, "store: cannot exchange two directories: " +
                                          std::generic_category().message(errno));
    }
    return after;
  }

  // Runs what fits into one transaction; puts the rest back to the front of the queue.
  void run_batch(std::vector<PendingWrite*>& batch) {
    if (m_broken.load()) {  // these were queued before the commit that failed
      finish(batch, fail(Errc::kUnavailable, "store: no writes are taken; see the log"));
      return;
    }
    const auto environment = current();
    const Space space = space_now(*environment);
    MDB_txn* txn = nullptr;
    if (const int rc = ::mdb_txn_begin(environment->get(), nullptr, 0, &txn); rc != 0) {
      finish(batch, lmdb_failure(rc, "cannot begin a write"));
      return;
    }
    std::size_t bytes = 0;
    std::size_t ran = 0;
    for (; ran < batch.size() && bytes < kMaxBatchBytes; ++ran) {
      LmdbWriteView view{txn, environment->dbis()};
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
  [[nodiscard]] Space space_now(LmdbEnvironment& environment) const {
    MDB_envinfo info{};
    ::mdb_env_info(environment.get(), &info);
    if (info.me_last_pgno < m_pages) {
      return Space::kLeft;
    }
    auto txn = environment.begin_read();  // in a write transaction LMDB does not show it
    if (!txn) {
      return Space::kForLessOnly;
    }
    const ReadGuard guard{environment, txn.value()};
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
  LmdbOptions m_options;
  Guarded<std::shared_ptr<LmdbEnvironment>> m_environment;
  Guarded<WriteQueue> m_queue;
  std::mutex m_compaction;  // one at a time
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

Result<void> LmdbEngine::compact() {
  return m_impl->compact();
}

bool LmdbEngine::is_broken() const noexcept {
  return m_impl->is_broken();
}

}  // namespace leadkeep::store
