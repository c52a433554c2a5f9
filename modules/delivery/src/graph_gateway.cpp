#include "graph_request.h"

#include <leadkeep/base/event_log.h>
#include <leadkeep/base/guarded.h>
#include <leadkeep/base/secret.h>
#include <leadkeep/base/text.h>
#include <leadkeep/delivery/graph_answer.h>
#include <leadkeep/delivery/graph_gateway.h>

#include <algorithm>
#include <array>
#include <istream>
#include <ostream>
#include <span>

#include <Poco/Exception.h>
#include <Poco/Net/Context.h>
#include <Poco/Net/HTTPBufferAllocator.h>
#include <Poco/Net/HTTPClientSession.h>
#include <Poco/Net/HTTPRequest.h>
#include <Poco/Net/HTTPResponse.h>
#include <Poco/Net/SecureStreamSocket.h>
#include <Poco/Net/StreamSocketImpl.h>
#include <Poco/Timespan.h>
#include <sys/socket.h>

namespace leadkeep::delivery {
namespace {

constexpr std::size_t kMaxAnswerBytes = 256 * 1024;
constexpr std::uint16_t kHttpsPort = 443;
constexpr int kNeverDays = 365;
// An address that does not answer by then does not answer; and it is how long a stop may wait here.
constexpr std::chrono::milliseconds kTimeToConnect{5'000};
constexpr std::string_view kScheme = "https://";

Result<egress::Destination> parse_url(std::string_view url) {
  if (!url.starts_with(kScheme)) {
    return fail(Errc::kInvalidInput,
                "whatsapp.graph_url: expected https://host or https://host:port");
  }
  url.remove_prefix(kScheme.size());
  egress::Destination out{std::string{url}, kHttpsPort};
  if (const auto colon = url.rfind(':'); colon != std::string_view::npos) {
    const auto port = parse_unsigned(url.substr(colon + 1));
    if (!port || *port == 0 || *port > 0xffff) {
      return fail(Errc::kInvalidInput, "whatsapp.graph_url: the port is not a number");
    }
    out = {std::string{url.substr(0, colon)}, static_cast<std::uint16_t>(*port)};
  }
  if (out.host.empty() || out.host.find('/') != std::string::npos) {
    return fail(Errc::kInvalidInput,
                "whatsapp.graph_url: expected https://host or https://host:port");
  }
  return out;
}

Poco::Timespan to_timespan(std::chrono::milliseconds t) {
  return Poco::Timespan{std::chrono::duration_cast<std::chrono::microseconds>(t).count()};
}

// A Poco socket over a descriptor that the Dialer has connected.
Poco::Net::StreamSocket adopt(UniqueFd fd) {
  return Poco::Net::StreamSocket{new Poco::Net::StreamSocketImpl{fd.release()}};
}

SendOutcome outcome(SendResult result, std::string reason) {
  SendOutcome out;
  out.result = result;
  out.reason = std::move(reason);
  return out;
}

// POCO gives the buffers of sessions back to a pool of its own, where what was sent stays readable.
// One thread sends, so that few buffers are ever in use.
void wipe_pooled_buffers() {
  using Poco::Net::HTTPBufferAllocator;
  constexpr std::size_t kMoreThanOneSessionUses = 8;
  std::array<char*, kMoreThanOneSessionUses> buffers{};
  for (char*& buffer : buffers) {
    buffer = HTTPBufferAllocator::allocate(HTTPBufferAllocator::BUFFER_SIZE);
    wipe(std::as_writable_bytes(std::span{buffer, std::size_t{HTTPBufferAllocator::BUFFER_SIZE}}));
  }
  for (char* const buffer : buffers) {
    HTTPBufferAllocator::deallocate(buffer, HTTPBufferAllocator::BUFFER_SIZE);
  }
}

}  // namespace

class GraphGateway::Impl {
 public:
  Impl(GraphOptions options, egress::Destination destination, SecretBytes token,
       const egress::Dialer& dialer, Poco::Net::Context::Ptr context)
      : m_options{std::move(options)},
        m_destination{std::move(destination)},
        m_token{std::move(token)},
        m_dialer{dialer},
        m_context{std::move(context)},
        m_path{"/" + m_options.version + "/" + m_options.phone_number_id + "/messages"} {}

  SendOutcome send(const consent::ClearedMessage& message, std::uint32_t attempt) {
    // A connection that was kept may have been closed by the other side: one that fails before it
    // took a byte is replaced, so the only doubtful failures are real ones.
    if (!connected() && !connect()) {
      return outcome(SendResult::kNotReached, "network");
    }
    try {
      return exchange(graph_request(message), attempt);
    } catch (const Poco::Exception& error) {
      log_warn("GRAPH_NO_ANSWER", Field{"kind", Reason{error.name()}});
      hang_up();
      return outcome(SendResult::kUnknown, "no_answer");
    } catch (const std::exception&) {
      hang_up();
      return outcome(SendResult::kUnknown, "no_answer");
    }
  }

  void hang_up() {
    m_line.with([](Line& line) { line.fd = -1; });
    m_session.reset();
  }

  void give_up() noexcept {
    m_line.with([](Line& line) {
      line.use = Line::Use::kGivenUp;
      if (line.fd >= 0) {
        ::shutdown(line.fd, SHUT_RDWR);
      }
    });
  }

 private:
  // The descriptor, so that another thread can end what waits on it.
  struct Line {
    int fd = -1;
    enum class Use { kMayConnect, kGivenUp } use = Use::kMayConnect;
  };

  Line::Use pick_up(int fd) {
    return m_line.with([&](Line& line) {
      line.fd = line.use == Line::Use::kGivenUp ? -1 : fd;
      return line.use;
    });
  }

  // A kept connection counts only while it has nothing to read: readable means closed, or out of
  // step.
  bool connected() {
    try {
      return m_session && m_session->connected() &&
             !m_session->socket().poll(Poco::Timespan{0}, Poco::Net::Socket::SELECT_READ);
    } catch (const Poco::Exception&) {
      return false;
    }
  }

  bool connect() {
    hang_up();
    auto fd = m_dialer.dial(m_destination, egress::Purpose::kWhatsAppApi,
                            std::min(m_options.timeout, kTimeToConnect));
    if (!fd) {
      log_warn("GRAPH_NOT_REACHED", Field{"reason", Reason{fd.error()}});
      return false;
    }
    if (pick_up(fd.value().get()) == Line::Use::kGivenUp) {
      return false;
    }
    try {
      Poco::Net::StreamSocket plain = adopt(std::move(fd).value());
      plain.setReceiveTimeout(to_timespan(m_options.timeout));
      plain.setSendTimeout(to_timespan(m_options.timeout));
      Poco::Net::SecureStreamSocket secure =
          Poco::Net::SecureStreamSocket::attach(plain, m_destination.host, m_context);
      secure.completeHandshake();
      secure.verifyPeerCertificate(m_destination.host);
      m_session = std::make_unique<Poco::Net::HTTPClientSession>(secure);
      m_session->setKeepAlive(true);
      // The session must never open a connection by itself: that would bypass the Dialer.
      m_session->setKeepAliveTimeout(Poco::Timespan{kNeverDays, 0, 0, 0, 0});
      m_session->setTimeout(to_timespan(m_options.timeout));
      return true;
    } catch (const Poco::Exception& error) {
      log_warn("GRAPH_CONNECTION_REFUSED", Field{"kind", Reason{error.name()}});
      hang_up();
      return false;
    }
  }

  SendOutcome exchange(const std::string& body, std::uint32_t attempt) {
    Poco::Net::HTTPRequest request{Poco::Net::HTTPRequest::HTTP_POST, m_path,
                                   Poco::Net::HTTPMessage::HTTP_1_1};
    request.setHost(m_destination.host, m_destination.port);
    request.setContentType("application/json");
    request.setContentLength(static_cast<std::streamsize>(body.size()));
    request.set("Authorization", "Bearer " + std::string{as_text(m_token.expose())});
    request.set("User-Agent", "leadkeep");
    request.setKeepAlive(true);
    std::ostream& out = m_session->sendRequest(request);
    out.write(body.data(), static_cast<std::streamsize>(body.size()));
    out.flush();

    Poco::Net::HTTPResponse response;
    std::istream& in = m_session->receiveResponse(response);
    std::string answer(kMaxAnswerBytes + 1, '\0');
    in.read(answer.data(), static_cast<std::streamsize>(answer.size()));
    answer.resize(static_cast<std::size_t>(in.gcount()));
    const bool whole = in.eof();
    SendOutcome result = read_graph_answer(static_cast<int>(response.getStatus()), answer, attempt);
    if (!whole || !response.getKeepAlive()) {
      hang_up();
    }
    return result;
  }

  const GraphOptions m_options;
  const egress::Destination m_destination;
  const SecretBytes m_token;
  const egress::Dialer& m_dialer;
  const Poco::Net::Context::Ptr m_context;
  const std::string m_path;
  Guarded<Line> m_line;
  std::unique_ptr<Poco::Net::HTTPClientSession> m_session;
};

GraphGateway::GraphGateway(std::unique_ptr<Impl> impl) : m_impl{std::move(impl)} {}

GraphGateway::~GraphGateway() = default;

Result<std::unique_ptr<GraphGateway>> GraphGateway::create(GraphOptions options,
                                                           SecretBytes access_token,
                                                           const egress::Dialer& dialer) {
  LK_TRY(egress::Destination destination, parse_url(options.url));
  try {
    Poco::Net::Context::Params params;
    params.verificationMode = Poco::Net::Context::VERIFY_STRICT;
    params.verificationDepth = 9;
    params.loadDefaultCAs = options.ca_file.empty();
    params.caLocation = options.ca_file.string();
    Poco::Net::Context::Ptr context =
        new Poco::Net::Context{Poco::Net::Context::TLS_CLIENT_USE, params};
    context->requireMinimumProtocol(Poco::Net::Context::PROTO_TLSV1_2);
    ::SSL_CTX_set_options(context->sslContext(), SSL_OP_CLEANSE_PLAINTEXT);
    context->enableExtendedCertificateVerification(true);
    return std::unique_ptr<GraphGateway>{new GraphGateway{
        std::make_unique<Impl>(std::move(options), std::move(destination), std::move(access_token),
                               dialer, std::move(context))}};
  } catch (const Poco::Exception&) {
    return fail(Errc::kInvalidInput, "whatsapp.graph_ca_file: the certificates cannot be loaded");
  }
}

SendOutcome GraphGateway::send(const consent::ClearedMessage& message, std::uint32_t attempt) {
  return m_impl->send(message, attempt);
}

void GraphGateway::close_connection() {
  m_impl->hang_up();
  wipe_pooled_buffers();
}

void GraphGateway::give_up() noexcept {
  m_impl->give_up();
}

}  // namespace leadkeep::delivery
