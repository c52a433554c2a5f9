#include "wire_json.h"

namespace leadkeep::saml {

std::string write_job(const LogoutJob& job) {
  json::Writer out;
  out.begin_object()
      .field("job", "logout")
      .field("is_request", job.kind == LogoutKind::kRequest)
      .field("provider", job.provider)
      .field("destination", job.destination)
      .field("now", job.now.ms)
      .end_object();
  return with_message(std::move(out), job.xml);
}

std::optional<LogoutJob> read_logout_job(json::Value value, std::string_view xml) {
  const auto now = time_in(value, "now");
  const auto is_request = value["is_request"].boolean();
  if (!now || !is_request) {
    return std::nullopt;
  }
  return LogoutJob{std::string{xml}, *is_request ? LogoutKind::kRequest : LogoutKind::kResponse,
                   text_in(value, "provider"), text_in(value, "destination"), *now};
}

std::string write_logout(const LogoutJudgement& judgement) {
  json::Writer out;
  out.begin_object();
  if (judgement.refusal) {
    write_refusal(out, *judgement.refusal);
  }
  if (const auto& message = judgement.message) {
    out.key("message")
        .begin_object()
        .field("id", message->id)
        .field("ends", message->ends.ms)
        .field("name_id", message->name_id.expose())
        .field("in_response_to", message->in_response_to)
        .key("session_indexes")
        .begin_array();
    for (const std::string& index : message->session_indexes) {
      out.string(index);
    }
    out.end_array().end_object();
  }
  out.end_object();
  return std::move(out).take();
}

namespace {

std::optional<LogoutMessage> read_message(json::Value value) {
  const auto ends = time_in(value, "ends");
  LogoutMessage message;
  message.id = text_in(value, "id");
  message.name_id = Pii{text_in(value, "name_id")};
  message.in_response_to = text_in(value, "in_response_to");
  // A request is about somebody, an answer is to something.
  if (message.id.empty() || !ends ||
      message.name_id.expose().empty() == message.in_response_to.empty()) {
    return std::nullopt;
  }
  message.ends = *ends;
  if (!value["session_indexes"].is_array()) {
    return std::nullopt;  // none of them would mean all sessions
  }
  for (const json::Value item : value["session_indexes"].items()) {
    message.session_indexes.emplace_back(item.string().value_or(""));
    if (message.session_indexes.back().empty()) {
      return std::nullopt;
    }
  }
  return message;
}

}  // namespace

std::optional<LogoutJudgement> read_logout(std::string_view text) {
  const auto document = parse_object(text);
  if (!document) {
    return std::nullopt;
  }
  const json::Value value = document->root();
  LogoutJudgement judgement;
  if (!value["refusal"].is_absent()) {
    judgement.refusal = read_refusal(value["refusal"]);
  } else {
    judgement.message = read_message(value["message"]);
  }
  const bool one = value["refusal"].is_absent() != value["message"].is_absent() &&
                   judgement.refusal.has_value() != judgement.message.has_value();
  return one ? std::optional{std::move(judgement)} : std::nullopt;
}

}  // namespace leadkeep::saml
