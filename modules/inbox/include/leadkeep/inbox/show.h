// leadkeep/inbox/show.h — message path, show: sealed record + viewer → masked view
//
// The only maker of MaskedMessage, MaskedConversation and MaskedLead. What the viewer may not see
// is not in them: "hidden" leaves a field out, "masked" puts bullets for contact data; only a permit to
// reveal takes these away, and shows nothing that is hidden. Fails
// closed: a record whose spans do not fit its text shows no text.
// Threads  any; pure
#pragma once
#include <leadkeep/identity/permit.h>
#include <leadkeep/inbox/views.h>
#include <leadkeep/store/records/conversation.pb.h>
#include <leadkeep/store/records/lead.pb.h>
#include <leadkeep/store/records/message.pb.h>

#include <span>
#include <vector>

namespace leadkeep::inbox {

class Showing {
 public:
  [[nodiscard]] static MaskedMessage message(const records::Message& message,
                                             const identity::Viewer& viewer);
  [[nodiscard]] static MaskedConversation conversation(const records::Conversation& conversation,
                                                       const records::Lead& lead,
                                                       const records::Message* last_message,
                                                       const identity::Viewer& viewer);
  [[nodiscard]] static MaskedLead lead(const records::Lead& lead, const identity::Viewer& viewer);
  // These identifiers, in clear. kNotFound where the lead does not have one, or it is hidden.
  [[nodiscard]] static Result<std::vector<MaskedIdentifier>> revealed(
      const records::Lead& lead, std::span<const IdentifierId> wanted,
      const identity::Permit<identity::Action::kReveal>& permit);

 private:
  [[nodiscard]] static LeadSummary summary(const records::Lead& lead,
                                           const identity::Viewer& viewer);
};

}  // namespace leadkeep::inbox
