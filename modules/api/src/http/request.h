// http/request.h — one request, as the routes and handlers see it
//
// The body is read by the route, after it knows that the asker may; until then no byte of it is
// taken. Query parameters and members of a body that are unknown are refused and named. Secrets the
// body is wiped when the request is over
#pragma once
#include "http/fault.h"
#include "http/peer.h"
#include "http/request_head.h"
#include "http/response.h"

#include <leadkeep/base/result.h>
#include <leadkeep/base/secret.h>

#include <chrono>
#include <functional>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace leadkeep::api::http {

inline constexpr std::string_view kDpopScheme = "dpop ";  // RFC 9449 section 7.1

class Request {
 public:
  using BodyReader = std::function<Result<std::string>(std::size_t limit)>;

  Request(const RequestHead& head, const Peer& peer, BodyReader read_body)
      : m_head{head}, m_peer{peer}, m_read_body{std::move(read_body)} {}

  Request(const Request&) = delete;
  Request& operator=(const Request&) = delete;

  ~Request() { wipe(m_body); }

  [[nodiscard]] const RequestHead& head() const noexcept { return m_head; }

  [[nodiscard]] const Peer& peer() const noexcept { return m_peer; }

  // Where the request comes from, which is not the peer where that is a proxy of ours; empty: unknown.
  [[nodiscard]] const std::string& source() const noexcept {
    return m_source ? *m_source : m_peer.address;
  }

  void set_source(std::string address) { m_source = std::move(address); }

  // What a program shows: with the request if it did so, else with the connection.
  [[nodiscard]] const flow::ShownCredential& credential() const noexcept {
    return m_credential ? *m_credential : m_peer.certificate;
  }

  void set_credential(const flow::ShownCredential& credential) { m_credential = credential; }

  [[nodiscard]] bool is_signed() const noexcept { return m_is_signed; }

  // The same, of the key that has signed the request.
  void set_signed_by(const flow::ShownCredential& credential) {
    m_credential = credential;
    m_is_signed = true;
  }

  [[nodiscard]] const RequestId& id() const noexcept { return m_id; }

  void set_id(const RequestId& id) noexcept { m_id = id; }

  [[nodiscard]] std::string_view parameter() const noexcept {
    return m_parameter;
  }  // {id} of the path

  void set_parameter(std::string_view value) noexcept { m_parameter = value; }

  [[nodiscard]] Result<void> read_body(std::size_t limit);

  [[nodiscard]] const std::string& body() const noexcept { return m_body; }

  [[nodiscard]] std::string take_body() noexcept { return std::exchange(m_body, {}); }

  [[nodiscard]] bool is_read_to_its_end() const noexcept { return m_read_to_its_end; }

  // The token of `Authorization: Bearer …`, or, where a program has signed the request, of
  // `Authorization: DPoP …`; kUnauthenticated if there is none.
  [[nodiscard]] Result<ByteView> token() const;
  // Of one scheme, "dpop " or "bearer ".
  [[nodiscard]] std::optional<ByteView> token_of(std::string_view scheme) const;

  // The value of a cookie; nothing if there is none, or two.
  [[nodiscard]] std::optional<std::string_view> cookie(std::string_view name) const noexcept;

  // A field of whatever the answer will be; `name` is a literal.
  void add_to_answer(std::string_view name, std::string value) {
    m_answer_fields.emplace_back(name, std::move(value));
  }

  // The same for a field that is a list: one more item of it.
  void list_in_answer(std::string_view name, const std::string& item);

  [[nodiscard]] std::vector<std::pair<std::string_view, std::string>>
  take_answer_fields() noexcept {
    return std::exchange(m_answer_fields, {});
  }

  // The answer to a failure of this code will be the fault. `member` is left out if it is not
  // plain.
  [[nodiscard]] Fail refuse(int status, std::string_view detail, std::string_view member = {});
  [[nodiscard]] Fail refuse(Errc code, int status, std::string_view detail,
                            std::string_view member = {});

  // 429, kTooManyRequests.
  [[nodiscard]] Fail refuse_until(std::chrono::seconds again_in, std::string_view detail);

  [[nodiscard]] const std::optional<Fault>& fault() const noexcept { return m_fault; }

 private:
  const RequestHead& m_head;
  const Peer& m_peer;
  BodyReader m_read_body;
  std::optional<std::string> m_source;
  std::optional<flow::ShownCredential> m_credential;
  bool m_is_signed = false;
  RequestId m_id;
  std::string_view m_parameter;
  std::string m_body;
  bool m_read_to_its_end = false;
  std::optional<Fault> m_fault;
  std::vector<std::pair<std::string_view, std::string>> m_answer_fields;
};

class Query {
 public:
  // Refuses parameters that are not `known`, that stand twice, or that are not percent-encoded
  // UTF-8, and more than 32 of them.
  [[nodiscard]] static Result<Query> parse(Request& request,
                                           std::initializer_list<std::string_view> known);
  // The same, but what is unknown is ignored: for a caller whose requests may grow.
  [[nodiscard]] static Result<Query> parse_leniently(Request& request);

  // The same as it stands in a body that was read: application/x-www-form-urlencoded.
  [[nodiscard]] static Result<Query> parse_form(Request& request);

  [[nodiscard]] std::optional<std::string_view> find(std::string_view name) const noexcept;
  // The first that is none of these.
  [[nodiscard]] std::optional<std::string_view> other_than(
      std::initializer_list<std::string_view> names) const noexcept;

 private:
  [[nodiscard]] static Result<Query> parse_all(Request& request, std::string_view text);

  std::vector<std::pair<std::string, std::string>> m_parameters;
};

// What stands between the commas of a parameter; nothing between two is an item, too.
[[nodiscard]] std::vector<std::string> list_of(std::string_view parameter);

}  // namespace leadkeep::api::http
