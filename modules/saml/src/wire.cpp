#include "wire_json.h"

#include <leadkeep/base/bytes.h>

#include <algorithm>
#include <utility>

namespace leadkeep::saml {
namespace {

void write_identity(json::Writer& out, const Identity& identity) {
  out.begin_object()
      .field("name_id", identity.name_id.value.expose())
      .field("name_id_format", identity.name_id.format)
      .field("name_qualifier", identity.name_id.name_qualifier)
      .field("sp_name_qualifier", identity.name_id.sp_name_qualifier)
      .field("session_index", identity.session_index)
      .field("authn_context", identity.authn_context)
      .field("authenticated", identity.authenticated.ms)
      .field("assertion_id", identity.assertion_id)
      .field("assertion_ends", identity.assertion_ends.ms);
  if (identity.session_ends) {
    out.field("session_ends", identity.session_ends->ms);
  }
  out.key("attributes").begin_array();
  for (const Attribute& attribute : identity.attributes) {
    out.begin_object().field("name", attribute.name).key("values").begin_array();
    for (const Pii<std::string>& value : attribute.values) {
      out.string(value.expose());
    }
    out.end_array().end_object();
  }
  out.end_array().field("signed_with", to_base64url(identity.signed_with)).end_object();
}

std::optional<Identity> read_identity(json::Value value) {
  Identity identity;
  identity.name_id = {Pii{text_in(value, "name_id")}, text_in(value, "name_id_format"),
                      text_in(value, "name_qualifier"), text_in(value, "sp_name_qualifier")};
  identity.session_index = text_in(value, "session_index");
  identity.authn_context = text_in(value, "authn_context");
  identity.assertion_id = text_in(value, "assertion_id");
  const auto authenticated = time_in(value, "authenticated");
  const auto ends = time_in(value, "assertion_ends");
  auto signed_with = from_base64url(text_in(value, "signed_with"));
  if (identity.name_id.value.expose().empty() || identity.assertion_id.empty() || !authenticated ||
      !ends || !signed_with) {
    return std::nullopt;
  }
  identity.signed_with = *std::move(signed_with);
  identity.authenticated = *authenticated;
  identity.assertion_ends = *ends;
  identity.session_ends = time_in(value, "session_ends");
  for (const json::Value item : value["attributes"].items()) {
    Attribute attribute{text_in(item, "name"), {}};
    for (const json::Value one : item["values"].items()) {
      attribute.values.emplace_back(std::string{one.string().value_or("")});
    }
    identity.attributes.push_back(std::move(attribute));
  }
  return identity;
}

void write_keys(json::Writer& out, std::string_view name, const std::vector<Bytes>& keys) {
  out.key(name).begin_array();
  for (const Bytes& key : keys) {
    out.string(to_base64url(key));
  }
  out.end_array();
}

std::optional<std::vector<Bytes>> read_keys(json::Value value) {
  std::vector<Bytes> keys;
  if (!value.is_array()) {
    return std::nullopt;
  }
  for (const json::Value item : value.items()) {
    auto key = from_base64url(item.string().value_or(""));
    if (!key) {
      return std::nullopt;
    }
    keys.push_back(*std::move(key));
  }
  return keys;
}

std::optional<ResponseJob> read_response_job(json::Value value, std::string_view posted) {
  const auto asked = time_in(value, "asked");
  const auto now = time_in(value, "now");
  const auto accepts_cbc = value["accepts_cbc"].boolean();
  const auto asked_again = value["asked_again"].boolean();
  auto keys = read_keys(value["keys"]);
  if (!asked || !now || !accepts_cbc || !asked_again || !keys) {
    return std::nullopt;
  }
  return ResponseJob{std::string{posted},
                     {text_in(value, "provider"), *std::move(keys), *accepts_cbc},
                     {text_in(value, "us"), text_in(value, "consumer_url")},
                     {text_in(value, "request_id"), *asked, *asked_again},
                     *now};
}

std::optional<MetadataJob> read_metadata_job(json::Value value, std::string_view xml) {
  auto keys = read_keys(value["signed_by"]);
  return keys ? std::optional{MetadataJob{std::string{xml}, *std::move(keys)}} : std::nullopt;
}

void write_service(json::Writer& out, std::string_view name, const Service& service) {
  out.key(name).begin_object();
  if (service.redirect) {
    out.field("redirect", *service.redirect);
  }
  if (service.post) {
    out.field("post", *service.post);
  }
  out.end_object();
}

Service read_service(json::Value value) {
  const auto url = [&](std::string_view name) {
    const auto text = value[name].string();
    return text ? std::optional{std::string{*text}} : std::nullopt;
  };
  return {url("redirect"), url("post")};
}

std::optional<ProviderMetadata> read_provider(json::Value value) {
  ProviderMetadata metadata;
  metadata.entity_id = text_in(value, "entity_id");
  metadata.sign_on = read_service(value["sign_on"]);
  metadata.logout = read_service(value["logout"]);
  metadata.valid_until = time_in(value, "valid_until");
  if (const auto seconds = value["cache_seconds"].integer()) {
    constexpr std::chrono::seconds kLongest = std::chrono::years{100};
    metadata.cache_duration =
        std::clamp(std::chrono::seconds{*seconds}, std::chrono::seconds{0}, kLongest);
  }
  metadata.is_signed = value["is_signed"].boolean().value_or(false);
  if (auto answers = text_in(value, "logout_answers"); !answers.empty()) {
    metadata.logout_answers = std::move(answers);
  }
  for (const json::Value item : value["signing_keys"].items()) {
    auto key = from_base64url(item["public_key"].string().value_or(""));
    const auto ends = time_in(item, "certificate_ends");
    auto sha256 = from_hex(item["certificate_sha256"].string().value_or(""));
    if (!key || !ends || !sha256) {
      return std::nullopt;
    }
    metadata.signing_keys.push_back({*std::move(key), *ends, *std::move(sha256)});
  }
  const bool whole = !metadata.entity_id.empty() && !metadata.signing_keys.empty() &&
                     metadata.signing_keys.size() <= kMostSigningKeys &&
                     (metadata.sign_on.redirect || metadata.sign_on.post);
  return whole ? std::optional{std::move(metadata)} : std::nullopt;
}

}  // namespace

std::string write_job(const ResponseJob& job) {
  json::Writer out;
  out.begin_object()
      .field("job", "response")
      .field("provider", job.provider.entity_id)
      .field("accepts_cbc", job.provider.accepts_cbc);
  write_keys(out, "keys", job.provider.signing_keys);
  out.field("us", job.us.entity_id)
      .field("consumer_url", job.us.consumer_url)
      .field("request_id", job.question.request_id)
      .field("asked", job.question.asked.ms)
      .field("asked_again", job.question.asked_again)
      .field("now", job.now.ms)
      .end_object();
  return with_message(std::move(out), job.posted);
}

std::string write_job(const MetadataJob& job) {
  json::Writer out;
  out.begin_object().field("job", "metadata");
  write_keys(out, "signed_by", job.signed_by);
  out.end_object();
  return with_message(std::move(out), job.xml);
}

std::string with_message(json::Writer out, std::string_view message) {
  std::string job = std::move(out).take();
  job.reserve(job.size() + 1 + message.size());
  return job.append("\n").append(message);
}

std::optional<Job> read_job(std::string_view text) {
  const std::size_t line = text.find('\n');
  const auto document =
      line == std::string_view::npos ? std::nullopt : parse_object(text.substr(0, line));
  if (!document) {
    return std::nullopt;
  }
  const json::Value value = document->root();
  const std::string_view message = text.substr(line + 1);
  const std::string kind = text_in(value, "job");
  const auto any = [](auto job) {
    return job ? std::optional<Job>{*std::move(job)} : std::nullopt;
  };
  if (kind == "metadata") {
    return any(read_metadata_job(value, message));
  }
  if (kind == "logout") {
    return any(read_logout_job(value, message));
  }
  return kind == "response" ? any(read_response_job(value, message)) : std::nullopt;
}

std::string write_judgement(const Judgement& judgement) {
  json::Writer out;
  out.begin_object().key("held").begin_array();
  for (const Check check : judgement.held) {
    out.string(id_of(check));
  }
  out.end_array();
  if (judgement.refusal) {
    write_refusal(out, *judgement.refusal);
  }
  if (judgement.identity) {
    out.key("identity");
    write_identity(out, *judgement.identity);
  }
  out.end_object();
  return std::move(out).take();
}

std::optional<Judgement> read_judgement(std::string_view text) {
  const auto document = parse_object(text);
  if (!document) {
    return std::nullopt;
  }
  const json::Value value = document->root();
  Judgement judgement;
  for (const json::Value item : value["held"].items()) {
    const auto check = check_of(item.string().value_or(""));
    if (!check) {
      return std::nullopt;
    }
    judgement.held.push_back(*check);
  }
  if (!value["refusal"].is_absent()) {
    judgement.refusal = read_refusal(value["refusal"]);
  }
  if (!value["identity"].is_absent()) {
    judgement.identity = read_identity(value["identity"]);
  }
  const bool one = value["refusal"].is_absent() != value["identity"].is_absent() &&
                   judgement.refusal.has_value() != judgement.identity.has_value();
  return one ? std::optional{std::move(judgement)} : std::nullopt;
}

std::string write_metadata(const Result<ProviderMetadata>& read) {
  json::Writer out;
  out.begin_object();
  if (!read) {
    out.field("refused", read.error().detail).end_object();
    return std::move(out).take();
  }
  const ProviderMetadata& metadata = read.value();
  out.field("entity_id", metadata.entity_id).key("signing_keys").begin_array();
  for (const SigningKey& key : metadata.signing_keys) {
    out.begin_object()
        .field("public_key", to_base64url(key.public_key))
        .field("certificate_ends", key.certificate_ends.ms)
        .field("certificate_sha256", to_hex(key.certificate_sha256))
        .end_object();
  }
  out.end_array();
  write_service(out, "sign_on", metadata.sign_on);
  write_service(out, "logout", metadata.logout);
  if (metadata.logout_answers) {
    out.field("logout_answers", *metadata.logout_answers);
  }
  if (metadata.valid_until) {
    out.field("valid_until", metadata.valid_until->ms);
  }
  if (metadata.cache_duration) {
    out.field("cache_seconds", metadata.cache_duration->count());
  }
  out.field("is_signed", metadata.is_signed).end_object();
  return std::move(out).take();
}

std::optional<Result<ProviderMetadata>> read_metadata(std::string_view text) {
  const auto document = parse_object(text);
  if (!document) {
    return std::nullopt;
  }
  const auto refused = document->root()["refused"].string();
  if (refused) {
    return refused->size() <= kLongestWhy ? std::optional{Result<ProviderMetadata>{
                                                fail(Errc::kInvalidInput, std::string{*refused})}}
                                          : std::nullopt;
  }
  auto metadata = read_provider(document->root());
  return metadata ? std::optional{Result<ProviderMetadata>{*std::move(metadata)}} : std::nullopt;
}

}  // namespace leadkeep::saml
