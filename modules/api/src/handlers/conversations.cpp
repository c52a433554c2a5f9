#include "handlers/handlers.h"
#include "json/body.h"
#include "json/views.h"

#include <leadkeep/base/seeded_leak.h>
#include <leadkeep/base/text.h>

namespace leadkeep::api {
namespace {

http::Response conversation_response(const inbox::MaskedConversation& conversation) {
  http::Response response{200, to_json(conversation)};
  response.fields.emplace_back("ETag", "\"" + std::to_string(conversation.version()) + "\"");
  LK_SEEDED_LEAK(
      url_encoded_in_etag, std::string tag; for (const char c : seeded::phone()) {
        tag.append("%").append(to_hex(as_bytes({&c, 1})));
      } response.fields.back()
                                                .second = tag);
  return response;
}

Result<std::uint64_t> version_of(http::Request& request) {
  const auto tag = request.head().field("if-match");
  if (!tag) {
    return fail(Errc::kPreconditionRequired, "request: no If-Match");
  }
  const bool quoted = tag->size() > 2 && tag->front() == '"' && tag->back() == '"';
  const auto version = quoted ? parse_unsigned(tag->substr(1, tag->size() - 2)) : std::nullopt;
  if (!version) {
    return request.refuse(400, "If-Match is the ETag of one earlier answer.");
  }
  return *version;
}

Result<flow::ConversationChange> parse_change(http::Request& request) {
  flow::ConversationChange change;
  LK_TRY(const auto document, parse_body(request));
  LK_TRY(const auto members, Members::of(request, document.root(), {"status", "assignee", "tags"}));
  LK_TRY(const auto status, members.find_string("status"));
  if (status) {
    change.status = inbox::parse_status(*status);
    if (!change.status) {
      return members.refuse("status");
    }
  }
  if (members.is_null("assignee")) {
    change.assignee = flow::Nobody{};
  } else if (members.has("assignee")) {
    LK_TRY(const auto text, members.string("assignee"));
    const auto agent = AgentId::parse(text);
    if (!agent) {
      return members.refuse("assignee");
    }
    change.assignee = *agent;
  }
  if (members.has("tags")) {
    LK_TRY(change.tags, members.strings("tags"));
  }
  return change;
}

}  // namespace

Answer list_conversations(const ApiContext& context, http::Request& request,
                          const identity::Permit<identity::Action::kReadInbox>& permit) {
  LK_TRY(const auto query, http::Query::parse(request, {"status", "assignee", "limit", "cursor"}));
  LK_TRY(auto page, page_of(request, query));
  flow::InboxQuery wanted;
  wanted.limit = page.limit;
  wanted.cursor = std::move(page.cursor);
  if (const auto status = query.find("status")) {
    wanted.status = inbox::parse_status(*status);
    if (!wanted.status) {
      return request.refuse(400, "A status is open, pending or closed.", "status");
    }
  }
  if (const auto assignee = query.find("assignee")) {
    const auto agent = *assignee == "me" ? permit.actor().agent : AgentId::parse(*assignee);
    if (*assignee == "none") {
      wanted.assignee = flow::InboxQuery::Unassigned{};
    } else if (agent) {
      wanted.assignee = *agent;
    } else {
      return request.refuse(400, "An assignee is the id of an agent, me or none.", "assignee");
    }
  }
  LK_TRY(const auto conversations, context.services.show_inbox.conversations(permit, wanted));
  return http::Response{200, page_to_json(conversations)};
}

Answer show_conversation(const ApiContext& context, http::Request& request,
                         const identity::Permit<identity::Action::kReadConversation>& permit) {
  LK_TRY_VOID(http::Query::parse(request, {}));
  LK_TRY(const auto id, id_of<ConversationId>(request));
  LK_TRY(const auto conversation, context.services.show_inbox.conversation(permit, id));
  return conversation_response(conversation);
}

Answer change_conversation(const ApiContext& context, http::Request& request,
                           const identity::Permit<identity::Action::kChangeConversation>& permit,
                           const identity::Session& session) {
  LK_TRY(const auto id, id_of<ConversationId>(request));
  LK_TRY(const auto version, version_of(request));
  LK_TRY(const auto change, parse_change(request));
  const auto may_assign_others =
      context.services.authoriser.allows(session, identity::Action::kAssignOthers);
  LK_TRY(const auto changed,
         context.services.work_conversation.change(permit, may_assign_others, id, version, change));
  return conversation_response(changed);
}

}  // namespace leadkeep::api
