// handlers/client_bodies.h — bodies about clients, which the API and the control socket share
#pragma once
#include "http/request.h"
#include "http/response.h"

#include <leadkeep/clients/client.h>
#include <leadkeep/flow/enrol_client.h>
#include <leadkeep/flow/manage_clients.h>
#include <leadkeep/json/writer.h>

#include <string>
#include <vector>

namespace leadkeep::api {

// {"name","owner","purpose","scopes":[…],"own_scopes":[…]?,"record_classes":[…],"networks":[…]?,"expires_in_days"?}
[[nodiscard]] Result<clients::Draft> parse_draft(http::Request& request, Timestamp now);
// The same, each of them if it is there; expires_in_days may be null.
[[nodiscard]] Result<clients::Change> parse_change(http::Request& request, Timestamp now);

struct NamedClient {
  std::string client;            // id or name
  clients::KeyHash fingerprint;  // of the key that is approved
};

struct NamedWebhook {
  std::string client;
  std::string url;
};

// {"url"}, and with {"client"} where nothing else names it
[[nodiscard]] Result<std::string> parse_webhook(http::Request& request);
[[nodiscard]] Result<NamedWebhook> parse_named_webhook(http::Request& request);

// {"client"}
[[nodiscard]] Result<std::string> parse_client(http::Request& request);
// {"fingerprint"}, 64 hexadecimal digits, maybe with colons; with {"client"} where nothing else names it
[[nodiscard]] Result<clients::KeyHash> parse_fingerprint(http::Request& request);
[[nodiscard]] Result<NamedClient> parse_approval(http::Request& request);

struct EnrolmentRequest {
  SecretBytes token;
  std::string certificate_request;  // PEM
};

// {"token","certificate_request"}
[[nodiscard]] Result<EnrolmentRequest> parse_enrolment(http::Request& request);
// What went wrong, in words that help; the same for who has no token as for who has an old one.
[[nodiscard]] Fail enrolment_refused(http::Request& request, Error error);
// {"certificate_request"}
[[nodiscard]] Result<std::string> parse_certificate_request(http::Request& request);

// {"id","enrolment_token","expires_at"}
[[nodiscard]] http::Response invitation_response(const flow::ManageClients::Invitation& invitation);
// {"client_id","fingerprint","status","certificate","certificate_expires_at"}: 202 while it waits
[[nodiscard]] http::Response enrolment_response(const flow::EnrolClient::Enrolled& enrolled);
[[nodiscard]] http::Response client_response(const clients::Client& client);
[[nodiscard]] http::Response clients_response(const std::vector<clients::Client>& clients);
void write_rights(json::Writer& writer, const clients::Rights& rights);
void write_certified(json::Writer& writer,
                     const std::optional<flow::EnrolClient::Certified>& certified);

}  // namespace leadkeep::api
