// fakes/test_store.h — an open store of its own for one test
//
//   test::TestStore store;
//   const auto outcome = store->write([&](store::WriteTxn& txn) -> Result<void> { … });
//
// Takes    how write bodies run (by default each runs, is undone and runs again, so that a body
// with
//          an effect of its own shows), and the address space of the data
// Yields   a store in a temporary directory under a random root key; it starts at the time of its
//          FakeClock and goes with the object
// Errors   std::runtime_error when the store cannot be made or opened: the test fails
// Threads  as Store; close() and reopen() only while no other thread uses it
#pragma once
#include "fake_clock.h"
#include "temp_directory.h"

#include <leadkeep/base/metrics.h>
#include <leadkeep/crypto/key.h>
#include <leadkeep/store/store.h>

#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>

namespace leadkeep::test {

class TestStore {
 public:
  static constexpr std::size_t kMapSize = std::size_t{256} << 20;

  explicit TestStore(store::Rehearsal rehearsal = store::Rehearsal::kEveryWrite,
                     std::size_t map_size = kMapSize)
      : m_options{m_parent / "store", map_size, rehearsal} {
    expect(store::Store::create(m_options, m_root, m_clock), "create");
    reopen();
  }

  [[nodiscard]] store::Store& operator*() noexcept { return *m_store; }

  [[nodiscard]] store::Store* operator->() noexcept { return m_store.get(); }

  // Lets go of the directory, so that a test can look at its files.
  void close() noexcept { m_store.reset(); }

  // Closes the store if it is open, and opens it again.
  void reopen() {
    close();
    auto opened = store::Store::open(m_options, m_root, m_clock, m_metrics);
    expect(opened, "open");
    m_store = std::move(opened).value();
  }

  [[nodiscard]] FakeClock& clock() noexcept { return m_clock; }

  [[nodiscard]] Metrics& metrics() noexcept { return m_metrics; }

  [[nodiscard]] const crypto::Key256& root_key() const noexcept { return m_root; }

  [[nodiscard]] const store::StoreOptions& options() const noexcept { return m_options; }

  [[nodiscard]] const std::filesystem::path& directory() const noexcept {
    return m_options.directory;
  }

 private:
  template <class Outcome>
  static void expect(const Outcome& outcome, const std::string& what) {
    if (!outcome) {
      throw std::runtime_error{"TestStore: cannot " + what + ": " + outcome.error().detail};
    }
  }

  TempDirectory m_parent;
  store::StoreOptions m_options;
  crypto::Key256 m_root = crypto::Key256::random();
  FakeClock m_clock;
  Metrics m_metrics;
  std::unique_ptr<store::Store> m_store;
};

}  // namespace leadkeep::test
