// The figures that need no network: each a JSON line, with what the product does, and beside it what
// the machine does without it. scripts/bench runs this among its other figures; --help says how.
#include "figures.h"
#include "filled_store.h"
#include "paths/path_house.h"
#include "raw_directory.h"
#include "raw_limits.h"
#include "saml_reading.h"

#include <leadkeep/store/sealed_record.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <filesystem>
#include <span>

#include <sys/stat.h>

namespace leadkeep::bench {
namespace {

constexpr std::string_view kUsage =
    R"(usage: leadkeep_bench [--seconds S] [--runs N] [--store DIR --root-key FILE --leads N]
                      [--directory URL --ca FILE --dn DN] [NAME...]

Measures the named figures, or all that need no filled store. lookup_phone and store_size open the
store DIR, whose leads have the numbers of scripts/lib/leadkeep_bench/people.py; no daemon may have it
open. raw_directory_proofs tries the password in LEADKEEP_BENCH_PASSWORD at the directory.
)";

// Where scripts/bench has filled a store.
struct FilledPlace {
  std::string directory;
  std::string root_key;
  std::size_t leads = 0;
};

// A signature, a parse, a journal row, a message, indexes, conversation, audit, fsync.
double durable_inbound(unsigned in_flight, double seconds) {
  test::PathHouse house{store::Rehearsal::kNone};
  // The people are known, as in a running company; each thread plays one.
  for (unsigned t = 0; t < in_flight; ++t) {
    test::must(house.receive(test::PathHouse::value(house.text_message(
        "49151000" + std::to_string(1000 + t), "wamid.first" + std::to_string(t), "hello"))));
  }
  return per_second(in_flight, seconds, [&](unsigned thread, std::uint64_t n) {
    test::must(house.receive(test::PathHouse::value(
        house.text_message("49151000" + std::to_string(1000 + thread),
                           "wamid." + std::to_string(thread) + "." + std::to_string(n),
                           "Is my claim settled? I sent the papers last week."))));
  });
}

// The newest 50 messages of a conversation, opened and masked, without HTTP; the audit entry's wait
// for the disk is shared by all readers.
double masked_pages(double seconds) {
  test::PathHouse house{store::Rehearsal::kNone};
  const auto agent = house.sign_in("anna", {identity::Role::kAgent});
  for (int i = 0; i < 60; ++i) {
    test::must(house.receive(
        test::PathHouse::value(house.text_message("4915112345678", "wamid." + std::to_string(i),
                                                  "Please call 0151 23456789 about the claim."))));
  }
  const auto id = house.only_conversation(agent).id();
  constexpr unsigned kReaders = 64;
  return per_second(kReaders, seconds, [&](unsigned, std::uint64_t) {
    if (house.messages(agent, id).size() != 50) {
      throw std::runtime_error{"a page has 50 messages"};
    }
  });
}

double sealed_records(double seconds) {
  const auto key = crypto::Key256::random();
  const store::StoreId store{};
  const Bytes row_key(24);
  const Bytes plaintext(252);
  return per_second(1, seconds, [&](unsigned, std::uint64_t) {
    (void)store::seal_record(key, {store, store::TableId::kMessages, row_key}, {}, plaintext);
  });
}

// Microseconds, beside two reads in LMDB.
Figure lookup_phone(const FilledPlace& filled, const Effort& effort) {
  constexpr double kMicroseconds = 1e6;
  FilledStore store{filled.directory, filled.root_key, filled.leads};
  RawLookups raw{filled.leads};
  return in_turn(
      "lookup_phone", "us", Better::kLower, effort,
      [&] { return kMicroseconds / store.look_ups_per_second(effort.seconds); },
      [&] { return kMicroseconds / raw.per_second(effort.seconds); });
}

// The disk that the files of records and keys take, beside the plain records. Once: it does not vary.
Figure store_size(const FilledPlace& filled) {
  constexpr double kMebibyte = 1 << 20;
  constexpr double kBlock = 512;  // of st_blocks
  double disk = 0;
  for (const char* part : {"data", "keys"}) {
    for (const auto& file :
         std::filesystem::directory_iterator{std::filesystem::path{filled.directory} / part}) {
      struct ::stat status{};
      LK_CHECK(::stat(file.path().c_str(), &status) == 0);
      disk += kBlock * static_cast<double>(status.st_blocks);
    }
  }
  FilledStore store{filled.directory, filled.root_key, filled.leads};
  const double plain = static_cast<double>(store.plain_bytes());
  return in_turn(
      "store_size", "MiB", Better::kLower, {0, 1}, [&] { return disk / kMebibyte; },
      [&] { return plain / kMebibyte; });
}

using Measure = std::function<Figure(const std::string& name)>;

enum class Run { kAlways, kIfNamed };

struct Named {
  std::string name;
  Run run;
  Measure measure;
};

std::vector<Named> all_figures(const Effort& effort, const FilledPlace& filled,
                               const DirectoryPlace& directory) {
  const auto rate = [effort](const std::string& unit, const std::function<double()>& value,
                             const std::function<double()>& limit) -> Measure {
    return [=](const std::string& name) {
      return in_turn(name, unit, Better::kHigher, effort, value, limit);
    };
  };
  const double seconds = effort.seconds;
  std::vector<Named> all;
  for (const unsigned in_flight : {1U, 16U, 64U}) {
    const auto raw = [=] { return raw_lmdb_composites(in_flight, seconds); };
    const std::string suffix = "_" + std::to_string(in_flight);
    all.push_back({"durable_inbound" + suffix, Run::kAlways,
                   rate("messages/s", [=] { return durable_inbound(in_flight, seconds); }, raw)});
    all.push_back({"raw_lmdb_composites" + suffix, Run::kIfNamed, rate("messages/s", raw, {})});
  }
  all.push_back({"masked_page_50", Run::kAlways,
                 rate(
                     "pages/s", [=] { return masked_pages(seconds); },
                     [=] { return raw_lmdb_scans(50, seconds); })});
  all.push_back({"seal_record_256", Run::kAlways,
                 rate(
                     "records/s", [=] { return sealed_records(seconds); },
                     [=] { return raw_aes_gcm_seals(256, seconds); })});
  all.push_back({"raw_argon2id_hashes", Run::kIfNamed,
                 rate("hashes/s", [=] { return raw_argon2id_hashes(2, seconds); }, {})});
  constexpr unsigned kAtOnce = 16;
  all.push_back(
      {"raw_directory_proofs", Run::kIfNamed,
       rate("proofs/s", [=] { return raw_directory_proofs(directory, kAtOnce, seconds); }, {})});
  all.push_back({"saml_response", Run::kAlways,
                 [=](const std::string& name) { return saml_response(name, effort); }});
  all.push_back({"saml_attack", Run::kAlways,
                 [=](const std::string& name) { return saml_attack(name, effort); }});
  const Run with_store = filled.leads > 0 ? Run::kAlways : Run::kIfNamed;
  all.push_back({"lookup_phone", with_store,
                 [=](const std::string&) { return lookup_phone(filled, effort); }});
  all.push_back({"store_size", with_store, [=](const std::string&) { return store_size(filled); }});
  return all;
}

struct Wishes {
  Effort effort;
  FilledPlace filled;
  DirectoryPlace directory;
  std::vector<std::string> names;
};

template <class Number>
Number number_of(const std::string& text) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size() || number <= Number{}) {
    throw std::runtime_error{"not a number above zero: " + text};
  }
  return number;
}

Wishes parse(std::span<char*> arguments) {
  Wishes wishes;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string argument = arguments[i];
    if (!argument.starts_with("--")) {
      wishes.names.push_back(argument);
      continue;
    }
    if (argument == "--help" || i + 1 == arguments.size()) {
      throw std::runtime_error{std::string{kUsage}};
    }
    const std::string value = arguments[++i];
    if (argument == "--seconds") {
      wishes.effort.seconds = number_of<double>(value);
    } else if (argument == "--runs") {
      wishes.effort.runs = number_of<int>(value);
    } else if (argument == "--store") {
      wishes.filled.directory = value;
    } else if (argument == "--root-key") {
      wishes.filled.root_key = value;
    } else if (argument == "--leads") {
      wishes.filled.leads = number_of<std::size_t>(value);
    } else if (argument == "--directory") {
      wishes.directory.url = value;
    } else if (argument == "--ca") {
      wishes.directory.ca_file = value;
    } else if (argument == "--dn") {
      wishes.directory.dn = value;
    } else {
      throw std::runtime_error{"unknown option " + argument + "\n" + std::string{kUsage}};
    }
  }
  return wishes;
}

int run(std::span<char*> arguments) {
  Wishes wishes = parse(arguments);
  if (const char* const password = std::getenv("LEADKEEP_BENCH_PASSWORD")) {
    wishes.directory.password = password;
  }
  const auto figures = all_figures(wishes.effort, wishes.filled, wishes.directory);
  for (const std::string& name : wishes.names) {
    if (std::ranges::find(figures, name, &Named::name) == figures.end()) {
      std::string all = "there is no figure " + name + "; there are:";
      for (const Named& figure : figures) {
        all += "\n  " + figure.name;
      }
      throw std::runtime_error{all};
    }
  }
  for (const Named& figure : figures) {
    const bool named = std::ranges::find(wishes.names, figure.name) != wishes.names.end();
    if (named || (wishes.names.empty() && figure.run == Run::kAlways)) {
      print(figure.measure(figure.name));
    }
  }
  return 0;
}

}  // namespace
}  // namespace leadkeep::bench

int main(int argc, char** argv) {
  try {
    return leadkeep::bench::run({argv + 1, static_cast<std::size_t>(argc - 1)});
  } catch (const std::exception& e) {
    (void)std::fprintf(stderr, "leadkeep_bench: %s\n", e.what());
    return 2;
  }
}
