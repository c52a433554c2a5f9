#include "handlers/handlers.h"
#include "json/views.h"

#include <leadkeep/base/text.h>

namespace leadkeep::api {
namespace {

using Order = flow::TrailQuery::Order;

template <class IdType>
Result<std::optional<IdType>> find_id(http::Request& request, const http::Query& query,
                                      std::string_view name) {
  const auto text = query.find(name);
  const auto id = text ? IdType::parse(*text) : std::nullopt;
  return text && !id
             ? Result<std::optional<IdType>>{request.refuse(400, "This is no such id.", name)}
             : id;
}

Result<std::optional<Timestamp>> find_time(http::Request& request, const http::Query& query,
                                           std::string_view name) {
  const auto text = query.find(name);
  const auto time = text ? parse_rfc3339(*text) : std::nullopt;
  return text && !time ? Result<std::optional<Timestamp>>{request.refuse(
                             400, "A time is written as 2026-11-24T15:51:18Z, in UTC.", name)}
                       : time;
}

Result<std::uint64_t> number_of(http::Request& request, const http::Query& query,
                                std::string_view name) {
  const auto number = parse_unsigned(query.find(name).value_or(""));
  return number && *number > 0 ? Result{*number}
                               : request.refuse(400, "Entries are counted from 1.", name);
}

std::optional<std::string> text_of(const http::Query& query, std::string_view name) {
  const auto text = query.find(name);
  return text ? std::optional{std::string{*text}} : std::nullopt;
}

Result<flow::TrailQuery> trail_query_of(http::Request& request, const http::Query& query) {
  flow::TrailQuery wanted;
  LK_TRY(auto page, page_of(request, query));
  wanted.limit = page.limit;
  wanted.cursor = std::move(page.cursor);
  wanted.act = text_of(query, "act");
  wanted.object = text_of(query, "object");
  LK_TRY(wanted.actor, find_id<AgentId>(request, query, "actor"));
  LK_TRY(wanted.client, find_id<ClientId>(request, query, "client"));
  LK_TRY(wanted.since, find_time(request, query, "since"));
  LK_TRY(wanted.before, find_time(request, query, "before"));
  LK_TRY(wanted.order, order_of(request, query, "number", Order::kNewestFirst));
  return wanted;
}

void write_hashes(json::Writer& writer, const flow::ProofHashes& hashes) {
  writer.key("hashes").begin_array();
  for (const auto& hash : hashes) {
    writer.string(to_base64(hash));
  }
  writer.end_array();
}

// What the trail says of a place that it does not have.
template <class T>
Result<T> within_trail(http::Request& request, Result<T> proof) {
  return !proof && proof.error().code == Errc::kInvalidInput
             ? Result<T>{request.refuse(400, "The trail has no such entry, or not as many.")}
             : std::move(proof);
}

}  // namespace

Answer list_trail(const ApiContext& context, http::Request& request,
                  const flow::ShowEvidence::Permit& permit) {
  LK_TRY(const auto query, http::Query::parse(request, {"limit", "cursor", "sort", "act", "object",
                                                        "actor", "client", "since", "before"}));
  LK_TRY(const auto wanted, trail_query_of(request, query));
  const auto page = context.services.show_evidence.entries(permit, wanted);
  if (!page && page.error().code == Errc::kInvalidInput) {
    return request.refuse(
        400, "An act and an object are written as in the entries, and a cursor is of this list.");
  }
  LK_TRY(const auto& entries, page);
  return http::Response{200, page_to_json(entries)};
}

Answer sign_checkpoint(const ApiContext& context, http::Request& request,
                       const flow::ShowEvidence::Permit& permit) {
  LK_TRY_VOID(http::Query::parse(request, {}));
  LK_TRY(const auto trail, context.services.show_evidence.checkpoint(permit));
  json::Writer writer;
  writer.begin_object()
      .field("size", trail.size)
      .field("checkpoint", trail.checkpoint)
      .field("verifier_key", trail.verifier_key)
      .end_object();
  return http::Response{200, std::move(writer).take()};
}

Answer prove_entry(const ApiContext& context, http::Request& request,
                   const flow::ShowEvidence::Permit& permit) {
  LK_TRY(const auto query, http::Query::parse(request, {"entry", "size"}));
  LK_TRY(const auto number, number_of(request, query, "entry"));
  LK_TRY(const auto size, number_of(request, query, "size"));
  LK_TRY(const auto proof,
         within_trail(request, context.services.show_evidence.prove_entry(permit, number, size)));
  json::Writer writer;
  writer.begin_object().field("size", size).key("entry");
  write(writer, proof.entry);
  write_hashes(writer.field("leaf", to_base64(proof.leaf)), proof.hashes);
  writer.end_object();
  return http::Response{200, std::move(writer).take()};
}

Answer prove_consistency(const ApiContext& context, http::Request& request,
                         const flow::ShowEvidence::Permit& permit) {
  LK_TRY(const auto query, http::Query::parse(request, {"earlier", "size"}));
  LK_TRY(const auto earlier, number_of(request, query, "earlier"));
  LK_TRY(const auto size, number_of(request, query, "size"));
  LK_TRY(const auto hashes, within_trail(request, context.services.show_evidence.prove_consistency(
                                                      permit, earlier, size)));
  json::Writer writer;
  writer.begin_object().field("size", size).field("earlier", earlier);
  write_hashes(writer, hashes);
  writer.end_object();
  return http::Response{200, std::move(writer).take()};
}

}  // namespace leadkeep::api
