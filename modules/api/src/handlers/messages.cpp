#include "handlers/handlers.h"
#include "json/views.h"

namespace leadkeep::api {

Answer list_messages(const ApiContext& context, http::Request& request,
                     const identity::Permit<identity::Action::kReadConversation>& permit) {
  LK_TRY(const auto query, http::Query::parse(request, {"sort", "fields", "limit", "cursor"}));
  LK_TRY(const auto fields, Fields::of(request, query, kMessageFields));
  LK_TRY(auto page, page_of(request, query));
  LK_TRY(const auto order,
         order_of(request, query, "sent_at", flow::MessageQuery::Order::kNewestFirst));
  LK_TRY(const auto id, id_of<ConversationId>(request));
  const auto purpose =
      fields.has("text") ? flow::MessageQuery::For::kReading : flow::MessageQuery::For::kState;
  LK_TRY(const auto messages,
         context.services.show_inbox.messages(
             permit, id, {page.limit, std::move(page.cursor), order, purpose}));
  return http::Response{200, fields.of_list(page_to_json(messages))};
}

// Message path, reply: HTTP → text of a draft.
Answer send_message(const ApiContext& context, http::Request& request,
                    const identity::Permit<identity::Action::kReply>& permit) {
  LK_TRY(const auto id, id_of<ConversationId>(request));
  LK_TRY(const auto guard, repeat_guard_of(request));
  LK_TRY(const auto document, parse_body(request));
  LK_TRY(const auto members, Members::of(request, document.root(), {"type", "text"}));
  LK_TRY(const auto type, members.string("type"));
  if (type != "text") {
    return members.refuse("type");
  }
  LK_TRY(auto text, text_of(request, members));
  LK_TRY(const auto message, context.services.send_reply.send(permit, id, std::move(text), guard));
  return made(202, message.text(), "queued");
}

}  // namespace leadkeep::api
