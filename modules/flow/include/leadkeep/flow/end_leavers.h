// leadkeep/flow/end_leavers.h — the path of a leaver: out within minutes
//
//   everybody with a session ─ directory ─┬ stays        name, roles and teams follow
//                                         ├ gone         sessions end, audit
//                                         ├ not known    asked again; gone if it says so twice
//                                         └ no answer    nothing happens; see DirectoryWord
//
// More leavers at once than a company has look like a fault. They are held, which is on record, and
// an operator of the host ends their sessions or mends the fault. Who is disabled or expired by
// name is not held.
//
// Errors   kUnavailable   the directory gave no answer that decides: nobody was touched
// Threads  run() one at a time; the others any
#pragma once
#include <leadkeep/base/guarded.h>
#include <leadkeep/flow/house.h>
#include <leadkeep/identity/directory_person.h>
#include <leadkeep/identity/directory_word.h>
#include <leadkeep/identity/recognised_devices.h>
#include <leadkeep/identity/session.h>

#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace leadkeep::flow {

class EndLeavers {
 public:
  // identity::CorporateDirectory::look_up
  using LookUp = std::function<Result<std::vector<identity::DirectoryPerson>>(
      std::span<const identity::DirectoryId> ids)>;

  EndLeavers(House& house, LookUp look_up, const identity::SessionStore& sessions,
             const identity::RecognisedDevices& devices, identity::DirectoryWord& word)
      : m_house{house},
        m_look_up{std::move(look_up)},
        m_sessions{sessions},
        m_devices{devices},
        m_word{word} {}

  struct Run {
    std::size_t asked = 0;
    std::size_t ended = 0;
    std::size_t held = 0;
    std::size_t missing = 0;  // to be asked about again after identity::kMissingLongEnough
  };

  [[nodiscard]] Result<Run> run();

  struct Held {
    AgentId agent;
    std::string username;
    std::string_view reason;
  };

  [[nodiscard]] Result<std::vector<Held>> list_held();
  // How many were signed out.
  [[nodiscard]] Result<std::size_t> end_held();

 private:
  struct Gone {
    AgentId agent;
    std::string_view reason;
    Timestamp asked;  // who was vouched for since then is not gone
  };

  struct State {
    std::map<AgentId, Timestamp> missing;  // and since when
    std::vector<Gone> held;
  };

  struct Judged;

  using Live = std::map<identity::DirectoryId, AgentId>;

  [[nodiscard]] Result<Live> find_live();
  [[nodiscard]] Judged judge(const Live& live, const std::vector<identity::DirectoryPerson>& people,
                             Timestamp asked);
  [[nodiscard]] Result<void> hold_if_too_many(std::vector<Gone>& doubtful, std::size_t asked);
  [[nodiscard]] Result<void> follow(const AgentId& agent, const identity::DirectoryPerson& person);
  [[nodiscard]] Result<std::size_t> end(const std::vector<Gone>& gone);

  House& m_house;
  LookUp m_look_up;
  const identity::SessionStore& m_sessions;
  const identity::RecognisedDevices& m_devices;
  identity::DirectoryWord& m_word;
  Guarded<State> m_state;
};

}  // namespace leadkeep::flow
