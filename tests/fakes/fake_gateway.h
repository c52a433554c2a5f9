// fakes/fake_gateway.h — WhatsApp, as the sender thread sees it
//
// Answers with what the test has lined up, and accepts when nothing is; keeps what was handed over.
#pragma once
#include <leadkeep/delivery/gateway.h>

#include <deque>
#include <functional>
#include <string>
#include <vector>

namespace leadkeep::test {

struct HandedOver {
  std::string to;  // a WhatsApp id or a business-scoped user id
  std::string text;
  std::string message_id;
  std::string wamid;  // empty unless accepted
};

class FakeGateway final : public delivery::Gateway {
 public:
  [[nodiscard]] delivery::SendOutcome send(const consent::ClearedMessage& message,
                                           std::uint32_t) override {
    delivery::SendOutcome outcome;
    if (m_next.empty()) {
      outcome.result = delivery::SendResult::kAccepted;
    } else {
      outcome = m_next.front();
      m_next.pop_front();
    }
    HandedOver handed;
    const auto& recipient = message.recipient();
    handed.to = recipient.whatsapp_id ? recipient.whatsapp_id->expose() : recipient.bsuid->expose();
    handed.text = message.draft().text.expose();
    handed.message_id = message.draft().message.text();
    if (outcome.result == delivery::SendResult::kAccepted) {
      handed.wamid = "wamid.fake" + std::to_string(++m_count);
      outcome.wamid = Pii<std::string>{handed.wamid};
    }
    m_handed.push_back(handed);
    if (m_during) {
      m_during(m_handed.back());
    }
    return outcome;
  }

  void answer_next(delivery::SendResult result, std::string reason = "test") {
    delivery::SendOutcome outcome;
    outcome.result = result;
    outcome.reason = std::move(reason);
    m_next.push_back(std::move(outcome));
  }

  // Runs while the message is on its way, before the answer is known.
  void during_send(std::function<void(const HandedOver&)> what) { m_during = std::move(what); }

  [[nodiscard]] const std::vector<HandedOver>& handed() const noexcept { return m_handed; }

 private:
  std::deque<delivery::SendOutcome> m_next;
  std::vector<HandedOver> m_handed;
  std::function<void(const HandedOver&)> m_during;
  int m_count = 0;
};

}  // namespace leadkeep::test
