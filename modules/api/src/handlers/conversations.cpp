#include "handlers/handlers.h"
#include "json/body.h"
#include "json/views.h"

#include <leadkeep/base/seeded_leak.h>

namespace leadkeep::api {
namespace {

http::Response conversation_response(const inbox::MaskedConversation& conversation,
                                     const Fields& fields = {}) {
  auto response = versioned(fields.of_object(to_json(conversation)), conversation.version());
  LK_SEEDED_LEAK(
      url_encoded_in_etag, std::string tag; for (const char c : seeded::phone()) {
        tag.append("%").append(to_hex(as_bytes({&c, 1})));
      } response.fields.back()
                                                .second = tag);
  return response;
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

Result<bool> flag_of(http::Request& request, std::string_view value, std::string_view name) {
  if (value == "true" || value == "false") {
    return value == "true";
  }
  return request.refuse(400, "This is true or false.", name);
}

Result<flow::InboxQuery> inbox_query_of(http::Request& request, const http::Query& query,
                                        const identity::Actor& actor) {
  flow::InboxQuery wanted;
  LK_TRY(auto page, page_of(request, query));
  wanted.limit = page.limit;
  wanted.cursor = std::move(page.cursor);
  LK_TRY(wanted.order,
         order_of(request, query, "last_activity_at", inbox::InboxOrder::kNewestFirst));
  if (const auto status = query.find("status")) {
    wanted.status = inbox::parse_status(*status);
    if (!wanted.status) {
      return request.refuse(400, "A status is open, pending or closed.", "status");
    }
  }
  if (const auto assignee = query.find("assignee")) {
    const auto agent = *assignee == "me" ? actor.agent : AgentId::parse(*assignee);
    if (*assignee == "none") {
      wanted.assignee = flow::InboxQuery::Unassigned{};
    } else if (agent) {
      wanted.assignee = *agent;
    } else {
      return request.refuse(400, "An assignee is the id of an agent, me or none.", "assignee");
    }
  }
  if (const auto tag = query.find("tag")) {
    wanted.tag = std::string{*tag};
  }
  if (const auto unread = query.find("unread")) {
    LK_TRY(wanted.unread, flag_of(request, *unread, "unread"));
  }
  return wanted;
}

}  // namespace

Answer list_conversations(const ApiContext& context, http::Request& request,
                          const identity::Permit<identity::Action::kReadInbox>& permit) {
  LK_TRY(const auto query,
         http::Query::parse(request, {"ids", "status", "assignee", "tag", "unread", "sort",
                                      "fields", "limit", "cursor"}));
  LK_TRY(const auto fields, Fields::of(request, query, kConversationFields));
  if (query.find("ids")) {
    if (const auto beside = query.other_than({"ids", "fields"})) {
      return request.refuse(400, "Beside ids there is nothing but fields.", *beside);
    }
    LK_TRY(const auto ids, ids_of<ConversationId>(request, query));
    LK_TRY(const auto named, context.services.show_inbox.named_conversations(permit, ids));
    return http::Response{200, fields.of_list(page_to_json(flow::Page{named, std::nullopt}))};
  }
  LK_TRY(const auto wanted, inbox_query_of(request, query, permit.actor()));
  LK_TRY(const auto conversations, context.services.show_inbox.conversations(permit, wanted));
  return http::Response{200, fields.of_list(page_to_json(conversations))};
}

Answer show_conversation(const ApiContext& context, http::Request& request,
                         const identity::Permit<identity::Action::kReadConversation>& permit) {
  LK_TRY(const auto query, http::Query::parse(request, {"fields"}));
  LK_TRY(const auto fields, Fields::of(request, query, kConversationFields));
  LK_TRY(const auto id, id_of<ConversationId>(request));
  LK_TRY(const auto conversation, context.services.show_inbox.conversation(permit, id));
  return conversation_response(conversation, fields);
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
