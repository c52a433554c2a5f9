#include "handlers/client_bodies.h"

#include "json/body.h"
#include "json/views.h"

#include <leadkeep/base/text.h>

#include <algorithm>

namespace leadkeep::api {
namespace {

using clients::Client;

constexpr std::size_t kMostNamed = 32;  // scopes or classes in one body
constexpr std::int64_t kMostDays = 3'650;

// What follows reads members that may be absent.
Result<void> read_text(const Members& members, std::string_view name,
                       std::optional<std::string>& text) {
  if (members.has(name)) {
    LK_TRY(text, members.string(name));
  }
  return {};
}

template <class Set, class Parse>
Result<void> read_set(const Members& members, std::string_view name, const Parse& parse,
                      std::optional<Set>& set) {
  if (!members.has(name)) {
    return {};
  }
  LK_TRY(const auto names, members.strings(name));
  if (names.size() > kMostNamed) {
    return members.refuse(name);
  }
  set.emplace();
  for (const std::string& one : names) {
    const auto value = parse(one);
    if (!value) {
      return members.refuse(name);
    }
    set->insert(*value);
  }
  return {};
}

Result<void> read_networks(const Members& members, std::optional<std::vector<Network>>& networks) {
  if (!members.has("networks")) {
    return {};
  }
  LK_TRY(const auto texts, members.strings("networks"));
  networks.emplace();
  for (const std::string& text : texts) {
    const auto network = Network::parse(text);
    if (!network) {
      return members.refuse("networks");
    }
    networks->push_back(*network);
  }
  return {};
}

// null: never.
Result<void> read_expiry(const Members& members, Timestamp now,
                         std::optional<std::optional<Timestamp>>& expires_at) {
  constexpr std::string_view kName = "expires_in_days";
  if (!members.has(kName)) {
    return {};
  }
  if (members.is_null(kName)) {
    expires_at.emplace();
    return {};
  }
  const auto days = members[kName].integer();
  if (!days || *days < 1 || *days > kMostDays) {
    return members.refuse(kName);
  }
  expires_at = now + std::chrono::days{*days};
  return {};
}

Result<Members> members_of_draft(http::Request& request, const json::Document& document) {
  return Members::of(request, document.root(),
                     {"name", "owner", "purpose", "scopes", "own_scopes", "record_classes",
                      "networks", "expires_in_days"});
}

Result<clients::Change> read_change(const Members& members, Timestamp now) {
  clients::Change change;
  LK_TRY_VOID(read_text(members, "name", change.name));
  LK_TRY_VOID(read_text(members, "owner", change.owner));
  LK_TRY_VOID(read_text(members, "purpose", change.purpose));
  LK_TRY_VOID(read_set(members, "scopes", clients::parse_scope, change.scopes));
  LK_TRY_VOID(read_set(members, "own_scopes", clients::parse_scope, change.own_scopes));
  LK_TRY_VOID(
      read_set(members, "record_classes", clients::parse_record_class, change.record_classes));
  LK_TRY_VOID(read_networks(members, change.networks));
  LK_TRY_VOID(read_expiry(members, now, change.expires_at));
  return change;
}

Result<clients::KeyHash> read_fingerprint(const Members& members) {
  LK_TRY(const auto text, members.string("fingerprint"));
  std::string digits{text.substr(0, 3 * sizeof(clients::KeyHash))};
  std::erase(digits, ':');
  const auto bytes = from_hex(to_lower_ascii(digits));
  clients::KeyHash hash{};
  if (text.size() > 3 * hash.size() || !bytes || bytes->size() != hash.size()) {
    return members.refuse("fingerprint");
  }
  std::ranges::copy(*bytes, hash.begin());
  return hash;
}

template <class Known, class Set>
void write_set(json::Writer& writer, std::string_view name, const Known& known, const Set& set) {
  writer.key(name).begin_array();
  for (const auto value : known) {
    if (set.contains(value)) {
      writer.string(name_of(value));
    }
  }
  writer.end_array();
}

std::optional<std::string> text_of(const std::optional<clients::KeyHash>& key) {
  return key ? std::optional{to_hex(*key)} : std::nullopt;
}

void write_client(json::Writer& writer, const Client& client) {
  writer.begin_object()
      .field("id", client.id.text())
      .field("name", client.as.name)
      .field("owner", client.as.owner)
      .field("purpose", client.as.purpose)
      .field("state", name_of(client.state));
  write_rights(writer, client.as.rights);
  writer.key("networks").begin_array();
  for (const Network& network : client.as.networks) {
    writer.string(network.text());
  }
  writer.end_array();
  write_or_null(writer, "current_key", text_of(client.current_key));
  write_or_null(writer, "next_key", text_of(client.next_key));
  write_or_null(writer, "offered_key", text_of(client.offered_key));
  write_or_null(writer, "added_by", client.added_by);
  write_or_null(writer, "approved_by", client.approved_by);
  writer.field("added_at", to_rfc3339(client.added_at));
  write_or_null(writer, "approved_at", client.approved_at);
  write_or_null(writer, "expires_at", client.as.expires_at);
  write_or_null(writer, "last_used_at", client.last_used_at);
  writer.end_object();
}

}  // namespace

Result<clients::Draft> parse_draft(http::Request& request, Timestamp now) {
  LK_TRY(const auto document, parse_body(request));
  LK_TRY(const auto members, members_of_draft(request, document));
  for (const char* name : {"name", "owner", "purpose", "scopes", "record_classes"}) {
    if (!members.has(name)) {
      return members.refuse(name);
    }
  }
  LK_TRY(const auto change, read_change(members, now));
  const clients::Draft draft = clients::changed({}, change);
  if (const auto defect = clients::defect_of(draft)) {
    return members.refuse(defect->member);
  }
  return draft;
}

Result<clients::Change> parse_change(http::Request& request, Timestamp now) {
  LK_TRY(const auto document, parse_body(request));
  if (document.root().size() == 0) {
    return request.refuse(400, "Name what is to be changed.");
  }
  LK_TRY(const auto members, members_of_draft(request, document));
  return read_change(members, now);
}

Result<std::string> parse_client(http::Request& request) {
  LK_TRY(const auto document, parse_body(request));
  LK_TRY(const auto members, Members::of(request, document.root(), {"client"}));
  LK_TRY(const auto client, members.string("client"));
  return std::string{client};
}

Result<std::string> parse_webhook(http::Request& request) {
  LK_TRY(const auto document, parse_body(request));
  LK_TRY(const auto members, Members::of(request, document.root(), {"url"}));
  LK_TRY(const auto url, members.string("url"));
  return std::string{url};
}

Result<NamedWebhook> parse_named_webhook(http::Request& request) {
  LK_TRY(const auto document, parse_body(request));
  LK_TRY(const auto members, Members::of(request, document.root(), {"client", "url"}));
  LK_TRY(const auto client, members.string("client"));
  LK_TRY(const auto url, members.string("url"));
  return NamedWebhook{std::string{client}, std::string{url}};
}

Result<clients::KeyHash> parse_fingerprint(http::Request& request) {
  LK_TRY(const auto document, parse_body(request));
  LK_TRY(const auto members, Members::of(request, document.root(), {"fingerprint"}));
  return read_fingerprint(members);
}

Result<NamedClient> parse_approval(http::Request& request) {
  LK_TRY(const auto document, parse_body(request));
  LK_TRY(const auto members, Members::of(request, document.root(), {"client", "fingerprint"}));
  LK_TRY(const auto client, members.string("client"));
  LK_TRY(const auto fingerprint, read_fingerprint(members));
  return NamedClient{std::string{client}, fingerprint};
}

Result<EnrolmentRequest> parse_enrolment(http::Request& request) {
  LK_TRY(const auto document, parse_body(request));
  LK_TRY(const auto members,
         Members::of(request, document.root(), {"token", "certificate_request"}));
  EnrolmentRequest enrolment;
  LK_TRY(enrolment.token, members.secret("token"));
  LK_TRY(enrolment.certificate_request, members.string("certificate_request"));
  return enrolment;
}

Fail enrolment_refused(http::Request& request, Error error) {
  switch (error.code) {
    case Errc::kUnauthenticated:
      return request.refuse(
          error.code, 401,
          "This is no enrolment token, or it is over or closed. Ask whoever gave it "
          "to you for another one: leadkeepctl client invite.");
    case Errc::kInvalidInput:
      return request.refuse(400,
                            "A certificate request is PKCS #10 in PEM, for a key of RSA from 2048 "
                            "bits or EC from P-256, and signed with it.",
                            "certificate_request");
    default:
      return Fail{std::move(error)};
  }
}

Result<std::string> parse_certificate_request(http::Request& request) {
  LK_TRY(const auto document, parse_body(request));
  LK_TRY(const auto members, Members::of(request, document.root(), {"certificate_request"}));
  LK_TRY(const auto pem, members.string("certificate_request"));
  return std::string{pem};
}

http::Response invitation_response(const flow::ManageClients::Invitation& invitation) {
  json::Writer writer;
  writer.begin_object()
      .field("id", invitation.id.text())
      .field("enrolment_token", as_text(invitation.token.expose()))
      .field("expires_at", to_rfc3339(invitation.ends_at))
      .end_object();
  return {201, std::move(writer).take()};
}

http::Response enrolment_response(const flow::EnrolClient::Enrolled& enrolled) {
  const bool waits = enrolled.is == clients::Registry::Enrolment::kWaits;
  json::Writer writer;
  writer.begin_object()
      .field("client_id", enrolled.id.text())
      .field("fingerprint", to_hex(enrolled.fingerprint))
      .field("status", waits ? "waiting" : "approved");
  write_certified(writer, enrolled.certified);
  writer.end_object();
  return {waits ? 202 : 200, std::move(writer).take()};
}

http::Response client_response(const Client& client) {
  json::Writer writer;
  write_client(writer, client);
  return {200, std::move(writer).take()};
}

http::Response clients_response(const std::vector<Client>& clients) {
  return {200, list_to_json(clients, std::nullopt, write_client)};
}

void write_rights(json::Writer& writer, const clients::Rights& rights) {
  write_set(writer, "scopes", clients::kScopes, rights.scopes);
  write_set(writer, "own_scopes", clients::kReadingScopes, rights.own_scopes);
  write_set(writer, "record_classes", clients::kRecordClasses, rights.record_classes);
}

void write_certified(json::Writer& writer,
                     const std::optional<flow::EnrolClient::Certified>& certified) {
  using Text = std::optional<std::string>;
  write_or_null(writer, "certificate", certified ? Text{certified->certificate} : Text{});
  write_or_null(writer, "certificate_expires_at",
                certified ? Text{to_rfc3339(certified->until)} : Text{});
}

}  // namespace leadkeep::api
