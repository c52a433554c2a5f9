#include "elements.h"
#include "fields.h"

#include <leadkeep/intake/parse.h>
#include <leadkeep/json/value.h>

#include <utility>

namespace leadkeep::intake {
namespace {

// What one change brings.
struct Change {
  json::Value value;
  std::vector<json::Value> messages;
  std::vector<json::Value> statuses;

  [[nodiscard]] std::size_t size() const noexcept { return messages.size() + statuses.size(); }
};

// Examples of the platform have the field at a wrong depth, so a change without one is read by what
// is in it. Other fields carry messages too, such as the history of a phone, which are not new
// ones.
bool is_of_another_field(const json::Value& change) {
  const auto field = change["field"].string().value_or("");
  return !field.empty() && field != "messages";
}

std::vector<Change> collect_changes(const json::Value& root, std::size_t& ignored) {
  std::vector<Change> out;
  for (const json::Value& entry : elements(root["entry"])) {
    const auto changes = elements(entry["changes"]);
    ignored += changes.empty() ? 1U : 0U;
    for (const json::Value& change : changes) {
      const json::Value value = change["value"];
      Change read{value, elements(value["messages"]), elements(value["statuses"])};
      if (is_of_another_field(change) || read.size() == 0) {
        ++ignored;
      } else {
        out.push_back(std::move(read));
      }
    }
  }
  return out;
}

// The other numbers of the same account report to the same address. A change that does not name its
// number is ours, as there is nobody else to read it.
bool is_for_another_number(const json::Value& value, std::string_view our_phone_number_id) {
  const auto id = read_text(value["metadata"]["phone_number_id"]);
  return id && *id != our_phone_number_id;
}

void read_messages(const Change& change, Timestamp received_at, WebhookUpdates& out) {
  const Contacts contacts{change.value["contacts"], change.messages.size()};
  for (const json::Value& element : change.messages) {
    auto read = read_message(element, contacts, received_at);
    if (auto* const message = std::get_if<InboundMessage>(&read)) {
      out.updates.emplace_back(std::move(*message));
    } else if (std::get<Unusable>(read) == Unusable::kNoSender) {
      ++out.unattributed;
    } else {
      ++out.ignored;
    }
  }
}

void read_statuses(const Change& change, Timestamp received_at, WebhookUpdates& out) {
  for (const json::Value& element : change.statuses) {
    if (auto status = read_status(element, received_at)) {
      out.updates.emplace_back(*std::move(status));
    } else {
      ++out.ignored;
    }
  }
}

}  // namespace

Result<WebhookUpdates> parse(const VerifiedWebhook& webhook, std::string_view our_phone_number_id,
                             Timestamp received_at) {
  LK_TRY(const auto document,
         json::Document::parse(
             webhook.body(), {.max_bytes = kMaxWebhookBytes, .beyond = json::Beyond::kReadAsNull}));
  if (!document.root().is_object()) {
    return fail(Errc::kInvalidInput, "webhook is not a JSON object");
  }
  WebhookUpdates out;
  const auto changes = collect_changes(document.root(), out.ignored);
  std::size_t total = 0;
  for (const Change& change : changes) {
    total += change.size();
  }
  if (total > kMaxWebhookUpdates) {
    return fail(Errc::kTooLarge, "webhook has too many updates");
  }
  for (const Change& change : changes) {
    if (is_for_another_number(change.value, our_phone_number_id)) {
      out.ignored += change.size();
      continue;
    }
    read_messages(change, received_at, out);
    read_statuses(change, received_at, out);
  }
  return out;
}

}  // namespace leadkeep::intake
