// leadkeep/delivery/graph_gateway.h — the Graph API client of the WhatsApp Cloud API
//
// POST {graph_url}/{version}/{phone_number_id}/messages over TLS, through the Dialer. The message
// id goes along as biz_opaque_callback_data and comes back in every status, which is how the
// outcome of a try without an answer becomes known. A phone is always sent as +E.164 digits in
// `to`; a business-scoped user id only in `recipient`.
// Source   WhatsApp Cloud API: messages, error codes
// Threads  one at a time (the sender thread), and give_up() from any; keeps one connection open
#pragma once
#include <leadkeep/base/result.h>
#include <leadkeep/base/secret.h>
#include <leadkeep/delivery/gateway.h>
#include <leadkeep/egress/dialer.h>

#include <filesystem>
#include <memory>

namespace leadkeep::delivery {

struct GraphOptions {
  std::string url;      // https://graph.facebook.com or https://host:port
  std::string version;  // v26.0
  std::string phone_number_id;
  std::filesystem::path ca_file;  // empty: the system's trust store
  std::chrono::milliseconds timeout{20'000};
};

class GraphGateway final : public Gateway {
 public:
  // kInvalidInput: the URL is not https://host[:port], or the CA file does not load.
  [[nodiscard]] static Result<std::unique_ptr<GraphGateway>> create(GraphOptions options,
                                                                    SecretBytes access_token,
                                                                    const egress::Dialer& dialer);
  ~GraphGateway() override;

  [[nodiscard]] SendOutcome send(const consent::ClearedMessage& message,
                                 std::uint32_t attempt) override;
  // Forgets the connection, and with it what was last said over it; the next send makes another.
  void close_connection();
  // Ends a send that runs, without its answer, and connects no more. From any thread.
  void give_up() noexcept;

 private:
  class Impl;
  explicit GraphGateway(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> m_impl;
};

}  // namespace leadkeep::delivery
