// Prints one JSON line per figure: what the product does, and beside it what the machine does
// without it, measured in the same run. Names on the command line choose figures; none chooses all.
#include "figures.h"
#include "paths/path_house.h"
#include "raw_limits.h"

#include <leadkeep/store/sealed_record.h>

#include <algorithm>

namespace leadkeep::bench {
namespace {

constexpr double kSeconds = 3;

// A signature, a parse, a journal row, a message, indexes, conversation, audit, fsync.
Figure durable_inbound(unsigned in_flight) {
  test::PathHouse house{store::Rehearsal::kNone};
  // The people are known, as in a running company; each thread plays one.
  for (unsigned t = 0; t < in_flight; ++t) {
    test::must(house.receive(test::PathHouse::value(house.text_message(
        "49151000" + std::to_string(1000 + t), "wamid.first" + std::to_string(t), "hello"))));
  }
  const double rate = per_second(in_flight, kSeconds, [&](unsigned thread, std::uint64_t n) {
    test::must(house.receive(test::PathHouse::value(
        house.text_message("49151000" + std::to_string(1000 + thread),
                           "wamid." + std::to_string(thread) + "." + std::to_string(n),
                           "Is my claim settled? I sent the papers last week."))));
  });
  return {"durable_inbound_" + std::to_string(in_flight), rate, "messages/s",
          raw_lmdb_composites(in_flight, kSeconds)};
}

// The newest 50 messages of a conversation, opened and masked, without HTTP and without the audit
// entry's wait for the disk, which group commit shares among all readers.
Figure masked_page() {
  test::PathHouse house{store::Rehearsal::kNone};
  const auto agent = house.sign_in("anna", {identity::Role::kAgent});
  for (int i = 0; i < 60; ++i) {
    test::must(house.receive(
        test::PathHouse::value(house.text_message("4915112345678", "wamid." + std::to_string(i),
                                                  "Please call 0151 23456789 about the claim."))));
  }
  const auto id = house.only_conversation(agent).id();
  constexpr unsigned kReaders = 64;
  const double rate = per_second(kReaders, kSeconds, [&](unsigned, std::uint64_t) {
    if (house.messages(agent, id).size() != 50) {
      throw std::runtime_error{"a page has 50 messages"};
    }
  });
  return {"masked_page_50_at_64_readers", rate, "pages/s", raw_lmdb_scans(50, kSeconds)};
}

Figure seal_record_256() {
  const auto key = crypto::Key256::random();
  const store::StoreId store{};
  const Bytes row_key(24);
  const Bytes plaintext(252);
  const double rate = per_second(1, kSeconds, [&](unsigned, std::uint64_t) {
    (void)store::seal_record(key, {store, store::TableId::kMessages, row_key}, {}, plaintext);
  });
  return {"seal_record_256", rate, "records/s", raw_aes_gcm_seals(256, kSeconds)};
}

struct Named {
  std::string name;
  std::function<Figure()> measure;
};

int run(const std::vector<std::string>& chosen) {
  const std::vector<Named> figures = {
      {"durable_inbound_1", [] { return durable_inbound(1); }},
      {"durable_inbound_16", [] { return durable_inbound(16); }},
      {"durable_inbound_64", [] { return durable_inbound(64); }},
      {"masked_page_50", masked_page},
      {"seal_record_256", seal_record_256},
  };
  for (const std::string& name : chosen) {
    if (std::ranges::find(figures, name, &Named::name) == figures.end()) {
      (void)std::fprintf(stderr, "leadkeep_bench: there is no figure %s; there are:\n",
                         name.c_str());
      for (const Named& figure : figures) {
        (void)std::fprintf(stderr, "  %s\n", figure.name.c_str());
      }
      return 2;
    }
  }
  for (const Named& figure : figures) {
    if (chosen.empty() || std::ranges::find(chosen, figure.name) != chosen.end()) {
      print(figure.measure());
    }
  }
  return 0;
}

}  // namespace
}  // namespace leadkeep::bench

int main(int argc, char** argv) {
  return leadkeep::bench::run({argv + 1, argv + argc});
}
