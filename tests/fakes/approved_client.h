// fakes/approved_client.h — a program that the company has approved
//
//   identity::LoginAttempt attempt{test::a_program()};
//
// Yields   a caller with every right, always the same one; another one with fewer
// Threads  any
#pragma once
#include "test_store.h"

#include <leadkeep/clients/registry.h>
#include <leadkeep/crypto/hash.h>
#include <leadkeep/identity/caller.h>

#include <string>
#include <variant>

namespace leadkeep::test {

[[nodiscard]] inline clients::Draft draft_of_client(std::string name,
                                                    const clients::Rights& rights) {
  return {std::move(name), "IT", "a test", rights, {}, {}};
}

// One more, approved in a store of its own.
[[nodiscard]] inline identity::Caller program_with(const clients::Rights& rights) {
  TestStore store{store::Rehearsal::kNone};
  const clients::Registry registry{clients::Registry::Approval::kOnePerson};
  const Timestamp now = store.clock().now();
  const auto start = clients::Registry::Start::draw(now);
  const auto key = crypto::sha256({start.token.expose()});
  const std::vector<std::string> no_uris;
  const auto proven = store->write([&](store::WriteTxn& txn) -> Result<clients::Registry::Verdict> {
    LK_TRY_VOID(registry.add(txn, draft_of_client("test", rights), start, {}, now));
    LK_TRY_VOID(registry.enrol(txn, start.token.expose(), key, now));
    LK_TRY_VOID(registry.approve(txn, start.id, key, {}, now));
    return registry.prove(txn, {key, no_uris, "127.0.0.1"}, now);
  });
  if (!proven) {
    throw std::runtime_error{proven.error().detail};
  }
  return identity::Caller::of(std::get<clients::ProvenClient>(proven.value()));
}

[[nodiscard]] inline const identity::Caller& a_program() {
  static const identity::Caller caller = program_with(clients::every_right());
  return caller;
}

}  // namespace leadkeep::test
