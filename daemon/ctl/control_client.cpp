#include "control_client.h"

#include <istream>
#include <ostream>

#include <Poco/Exception.h>
#include <Poco/Net/HTTPClientSession.h>
#include <Poco/Net/HTTPRequest.h>
#include <Poco/Net/HTTPResponse.h>
#include <Poco/Net/SocketAddress.h>
#include <Poco/Net/StreamSocket.h>
#include <Poco/Timespan.h>

namespace leadkeep::ctl {
namespace {

constexpr std::size_t kMaxAnswerBytes = std::size_t{16} << 20;
constexpr int kTimeoutHours = 12;  // verifying a large store takes its time

std::string read_all(std::istream& in) {
  std::string out;
  std::string piece(std::size_t{64} << 10, '\0');
  while (out.size() < kMaxAnswerBytes &&
         (in.read(piece.data(), static_cast<std::streamsize>(piece.size())) || in.gcount() > 0)) {
    out.append(piece, 0, static_cast<std::size_t>(in.gcount()));
  }
  return out;
}

Fail refused(int status, const std::string& body) {
  const auto document = json::Document::parse(body, {kMaxAnswerBytes});
  std::string words = "the daemon refused (HTTP " + std::to_string(status) + ")";
  if (document) {
    const json::Value root = document.value().root();
    words = std::string{root["code"].string().value_or("refused")} + ": " +
            std::string{root["detail"].string().value_or("")};
    if (const auto member = root["member"].string()) {
      words += " (" + std::string{*member} + ")";
    }
  }
  return fail(Errc::kInvalidInput, words);
}

}  // namespace

Result<std::optional<json::Document>> ControlClient::request(const std::string& method,
                                                             const std::string& path,
                                                             const std::string& body) const {
  using Poco::Net::HTTPRequest;
  try {
    const Poco::Net::SocketAddress address{Poco::Net::SocketAddress::UNIX_LOCAL, m_socket.string()};
    Poco::Net::StreamSocket socket{address};
    Poco::Net::HTTPClientSession session{socket};
    session.setTimeout(Poco::Timespan{0, kTimeoutHours, 0, 0, 0});
    HTTPRequest request{method, path, HTTPRequest::HTTP_1_1};
    request.setHost("localhost");
    if (method != HTTPRequest::HTTP_GET) {
      request.setContentLength(static_cast<std::streamsize>(body.size()));
    }
    if (!body.empty()) {
      request.setContentType("application/json");
    }
    session.sendRequest(request) << body;
    Poco::Net::HTTPResponse response;
    const std::string answer = read_all(session.receiveResponse(response));
    const int status = static_cast<int>(response.getStatus());
    if (status >= 300) {
      return refused(status, answer);
    }
    if (answer.empty()) {
      return std::optional<json::Document>{};
    }
    LK_TRY(json::Document document, json::Document::parse(answer, {kMaxAnswerBytes}));
    return std::optional{std::move(document)};
  } catch (const Poco::Exception&) {
    return fail(Errc::kUnavailable,
                "no daemon answers on " + m_socket.string() +
                    "; is leadkeepd running, and are you root or its user? (--socket PATH)");
  }
}

}  // namespace leadkeep::ctl
