// leaktest/browser.h — an agent's browser: a key, a nonce and what is in its cookies
//
// What the daemon puts into a cookie becomes a mark.
#pragma once
#include "instance.h"
#include "transcript.h"

#include <leadkeep/dpop/holder.h>

#include <map>
#include <string>

namespace leadkeep::leaktest {

class Browser {
 public:
  Browser(Instance& instance, Marks& marks, Transcript& transcript, Role role)
      : m_instance{instance}, m_marks{marks}, m_transcript{transcript}, m_role{role} {}

  // `operation` is the address as the API names it. kUnavailable for another answer than
  // `expected`.
  [[nodiscard]] Result<RawAnswer> ask(const std::string& verb, const std::string& target,
                                      const std::string& operation, const std::string& body,
                                      int expected);

 private:
  [[nodiscard]] Result<RawAnswer> ask_once(const std::string& verb, const std::string& target,
                                           const std::string& operation, const std::string& body);
  void keep_cookies(const RawAnswer& answer);
  [[nodiscard]] std::string cookie_field() const;

  Instance& m_instance;
  Marks& m_marks;
  Transcript& m_transcript;
  const Role m_role;
  dpop::Holder m_holder;
  std::string m_nonce;
  std::map<std::string, std::string> m_cookies;
};

}  // namespace leadkeep::leaktest
