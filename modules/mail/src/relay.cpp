#include <leadkeep/base/check.h>
#include <leadkeep/mail/relay.h>
#include <leadkeep/transfer/dialed.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <ctime>

#include <curl/curl.h>

namespace leadkeep::mail {
namespace {

constexpr egress::Schemes kSchemes{{"smtps://", "465"}, {"smtp://", "587"}};

// RFC 5322 section 3.3, in UTC whatever the locale is.
std::string date_of_now() {
  constexpr std::array kDays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::array kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                               "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const std::time_t now = std::time(nullptr);
  std::tm utc{};
  LK_CHECK(::gmtime_r(&now, &utc) != nullptr);
  std::array<char, 40> text{};
  (void)std::snprintf(text.data(), text.size(), "%s, %d %s %d %02d:%02d:%02d +0000",
                      kDays.at(static_cast<std::size_t>(utc.tm_wday)), utc.tm_mday,
                      kMonths.at(static_cast<std::size_t>(utc.tm_mon)), utc.tm_year + 1900,
                      utc.tm_hour, utc.tm_min, utc.tm_sec);
  return text.data();
}

// Of the header and of the text, with the line ends of the protocol.
SecretBytes written_out(const Address& sender, const Message& message) {
  std::string out = "Date: " + date_of_now() + "\r\nFrom: Leadkeep <" + sender.text() +
                    ">\r\nTo: <" + message.recipient.text() + ">\r\nSubject: " + message.subject +
                    "\r\nAuto-Submitted: auto-generated\r\nMIME-Version: 1.0"
                    "\r\nContent-Type: text/plain; charset=us-ascii\r\n\r\n";
  for (const char c : as_text(message.text.expose())) {
    out += c == '\n' ? "\r\n" : std::string(1, c);
  }
  SecretBytes written = SecretBytes::copy_of(as_bytes(out));
  wipe(out);
  return written;
}

// In words for the operator; nothing of them is the relay's.
Fail failure_of(const transfer::Dialed& dialed, int code) {
  const auto for_good = [](const std::string& what) {
    return fail(Errc::kForbidden, "mail.relay: " + what);
  };
  const auto passing = [](const std::string& what) {
    return fail(Errc::kUnavailable, "mail.relay: " + what);
  };
  switch (code) {
    case CURLE_USE_SSL_FAILED:
      return for_good("it offers no STARTTLS; nothing was sent to it");
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
      return for_good(
          "its certificate is not trusted: check mail.ca_file, the name in mail.relay and the "
          "dates of the certificate");
    case CURLE_LOGIN_DENIED:
      return for_good("it refuses mail.user and the password in mail.password_file");
    case CURLE_OPERATION_TIMEDOUT:
      return passing("no answer in time");
    default:
      break;
  }
  constexpr long kPassing = 400;
  constexpr long kForGood = 500;
  const long reply = dialed.response_code();
  if (reply < kPassing) {
    return passing(::curl_easy_strerror(static_cast<CURLcode>(code)));
  }
  const std::string what = "it refuses the message with " + std::to_string(reply);
  return reply < kForGood ? passing(what) : for_good(what);
}

// What is left to read of a message.
struct Unsent {
  SecretBytes text;
  std::size_t sent = 0;
};

std::size_t read_text(char* out, std::size_t size, std::size_t count, void* given) {
  auto& unsent = *static_cast<Unsent*>(given);
  const ByteView left = unsent.text.expose().subspan(unsent.sent);
  const std::size_t bytes = std::min(size * count, left.size());
  std::memcpy(out, left.data(), bytes);
  unsent.sent += bytes;
  return bytes;
}

void set_connection(transfer::Dialed& dialed, const RelayOptions& options) {
  dialed.trust(options.ca_file);
  dialed.set(CURLOPT_PROTOCOLS_STR, std::string{"smtp,smtps"});
  dialed.set(CURLOPT_USE_SSL, static_cast<long>(CURLUSESSL_ALL));
  dialed.set(CURLOPT_TIMEOUT_MS, static_cast<long>(options.timeout.count()));
  dialed.set(CURLOPT_SERVER_RESPONSE_TIMEOUT, static_cast<long>(options.answer_timeout.count()));
}

// What needs a ticket or a digest of its own would go past the Dialer, or fail where a password is
// right. All of it is under TLS.
void set_user(transfer::Dialed& dialed, const RelayOptions& options) {
  if (options.user.empty()) {
    return;
  }
  std::string password{as_text(options.password.expose())};
  dialed.set(CURLOPT_LOGIN_OPTIONS, std::string{"AUTH=PLAIN;AUTH=LOGIN"});
  dialed.set(CURLOPT_USERNAME, options.user);
  dialed.set(CURLOPT_PASSWORD, password);
  wipe(password);
}

}  // namespace

Result<egress::ProtectedServer> Relay::parse_server(std::string_view url) {
  auto server = egress::ProtectedServer::parse(url, kSchemes);
  if (!server) {
    return fail(Errc::kInvalidInput,
                "mail.relay: a relay is smtps://host or smtp://host, with a port or without");
  }
  return *std::move(server);
}

Relay::Relay(RelayOptions options, const egress::Dialer& dialer)
    : m_options{std::move(options)}, m_dialer{dialer} {}

Result<void> Relay::send(const Message& message) {
  const auto given_up = [] {
    return fail(Errc::kUnavailable, "mail.relay: given up, as the daemon stops");
  };
  if (m_lines.is_given_up()) {
    return given_up();
  }
  const auto& destination = m_options.server.destination;
  auto socket = m_dialer.dial(destination, egress::Purpose::kMailRelay, m_options.connect_timeout);
  if (!socket) {
    return fail(Errc::kUnavailable, "mail.relay: " + socket.error().detail);
  }
  Unsent unsent{written_out(m_options.sender, message)};
  const std::string url =
      m_options.server.url(kSchemes) + "/" + std::string{m_options.sender.domain()};
  const std::string sender = "<" + m_options.sender.text() + ">";
  transfer::Dialed dialed{m_lines, std::move(socket).value()};
  set_connection(dialed, m_options);
  set_user(dialed, m_options);
  dialed.set(CURLOPT_URL, url);
  dialed.set(CURLOPT_READFUNCTION, &read_text);
  dialed.set(CURLOPT_READDATA, static_cast<const void*>(&unsent));
  dialed.set(CURLOPT_UPLOAD, 1);
  dialed.set(CURLOPT_MAIL_FROM, sender);
  dialed.set_list(CURLOPT_MAIL_RCPT, {"<" + message.recipient.text() + ">"});
  const int code = dialed.perform();
  if (code == CURLE_OK) {
    return {};
  }
  return m_lines.is_given_up() ? given_up() : failure_of(dialed, code);
}

}  // namespace leadkeep::mail
