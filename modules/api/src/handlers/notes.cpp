#include "handlers/handlers.h"

namespace leadkeep::api {

Answer add_note(const ApiContext& context, http::Request& request,
                const identity::Permit<identity::Action::kWriteNote>& permit) {
  LK_TRY(const auto id, id_of<ConversationId>(request));
  LK_TRY(const auto guard, repeat_guard_of(request));
  LK_TRY(const auto document, parse_body(request));
  LK_TRY(const auto members, Members::of(request, document.root(), {"text"}));
  LK_TRY(const auto text, text_of(request, members));
  LK_TRY(const auto note, context.services.work_conversation.add_note(permit, id, text, guard));
  return made(201, note.text());
}

}  // namespace leadkeep::api
