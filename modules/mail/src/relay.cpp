#include <leadkeep/base/check.h>
#include <leadkeep/base/heap.h>
#include <leadkeep/mail/relay.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <memory>

#include <curl/curl.h>
#include <sys/socket.h>
#include <unistd.h>

namespace leadkeep::mail {
namespace {

constexpr egress::Schemes kSchemes{{"smtps://", "465"}, {"smtp://", "587"}};

struct CleanUp {
  void operator()(CURL* easy) const noexcept { ::curl_easy_cleanup(easy); }
};

struct FreeList {
  void operator()(curl_slist* list) const noexcept { ::curl_slist_free_all(list); }
};

using Easy = std::unique_ptr<CURL, CleanUp>;
using List = std::unique_ptr<curl_slist, FreeList>;

template <class... Values>
bool set(const Easy& easy, CURLoption option, Values... values) {
  return ::curl_easy_setopt(easy.get(), option, values...) == CURLE_OK;
}

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
Fail failure_of(const Easy& easy, CURLcode code) {
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
  long reply = 0;
  (void)::curl_easy_getinfo(easy.get(), CURLINFO_RESPONSE_CODE, &reply);
  if (reply < kPassing) {
    return passing(::curl_easy_strerror(code));
  }
  const std::string what = "it refuses the message with " + std::to_string(reply);
  return reply < kForGood ? passing(what) : for_good(what);
}

}  // namespace

// What the library is given to call back with, for the time of one message.
class Relay::Transfer {
 public:
  Transfer(Guarded<Line>& line, UniqueFd socket, SecretBytes text)
      : m_line{line}, m_socket{std::move(socket)}, m_text{std::move(text)} {}

  bool set_up(const Easy& easy) {
    return set(easy, CURLOPT_OPENSOCKETFUNCTION, &Transfer::take_socket) &&
           set(easy, CURLOPT_OPENSOCKETDATA, this) &&
           set(easy, CURLOPT_SOCKOPTFUNCTION, &Transfer::tell_connected) &&
           set(easy, CURLOPT_CLOSESOCKETFUNCTION, &Transfer::close_socket) &&
           set(easy, CURLOPT_CLOSESOCKETDATA, this) &&
           set(easy, CURLOPT_READFUNCTION, &Transfer::read_text) &&
           set(easy, CURLOPT_READDATA, this) && set(easy, CURLOPT_UPLOAD, 1L);
  }

 private:
  // The library opens no connection by itself: that would bypass the Dialer.
  static curl_socket_t take_socket(void* given, curlsocktype, curl_sockaddr*) {
    auto& transfer = *static_cast<Transfer*>(given);
    return transfer.m_line.with([&](Line& line) -> curl_socket_t {
      if (line.given_up || !transfer.m_socket.valid()) {
        return CURL_SOCKET_BAD;
      }
      line.fd = transfer.m_socket.release();
      return line.fd;
    });
  }

  static int tell_connected(void*, curl_socket_t, curlsocktype) {
    return CURL_SOCKOPT_ALREADY_CONNECTED;
  }

  // Under the lock, so that nobody shuts down what is another descriptor by then.
  static int close_socket(void* given, curl_socket_t socket) {
    return static_cast<Transfer*>(given)->m_line.with([&](Line& line) {
      line.fd = -1;
      return ::close(socket);
    });
  }

  static std::size_t read_text(char* out, std::size_t size, std::size_t count, void* given) {
    auto& transfer = *static_cast<Transfer*>(given);
    const ByteView left = transfer.m_text.expose().subspan(transfer.m_sent);
    const std::size_t bytes = std::min(size * count, left.size());
    std::memcpy(out, left.data(), bytes);
    transfer.m_sent += bytes;
    return bytes;
  }

  Guarded<Line>& m_line;
  UniqueFd m_socket;
  SecretBytes m_text;
  std::size_t m_sent = 0;
};

namespace {

// TLS of today with a certificate that was checked. No connection is kept: its farewell would be
// waited for where no limit of ours counts.
bool set_connection(const Easy& easy, const RelayOptions& options, const List& connected) {
  const auto answer_seconds = static_cast<long>(options.answer_timeout.count());
  bool is_set = set(easy, CURLOPT_PROTOCOLS_STR, "smtp,smtps") && set(easy, CURLOPT_PROXY, "") &&
                set(easy, CURLOPT_NOSIGNAL, 1L) && set(easy, CURLOPT_FORBID_REUSE, 1L) &&
                set(easy, CURLOPT_CONNECT_TO, connected.get()) &&
                set(easy, CURLOPT_USE_SSL, static_cast<long>(CURLUSESSL_ALL)) &&
                set(easy, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2)) &&
                set(easy, CURLOPT_SSL_VERIFYPEER, 1L) && set(easy, CURLOPT_SSL_VERIFYHOST, 2L) &&
                set(easy, CURLOPT_TIMEOUT_MS, static_cast<long>(options.timeout.count())) &&
                set(easy, CURLOPT_SERVER_RESPONSE_TIMEOUT, answer_seconds);
  if (!options.ca_file.empty()) {
    // Of these authorities and no others.
    is_set = is_set && set(easy, CURLOPT_CAINFO, options.ca_file.c_str()) &&
             set(easy, CURLOPT_CAPATH, nullptr);
  }
  return is_set;
}

// What needs a ticket or a digest of its own would go past the Dialer, or fail where a password is
// right. All of it is under TLS.
bool set_user(const Easy& easy, const RelayOptions& options) {
  if (options.user.empty()) {
    return true;
  }
  std::string password{as_text(options.password.expose())};
  const bool is_set = set(easy, CURLOPT_LOGIN_OPTIONS, "AUTH=PLAIN;AUTH=LOGIN") &&
                      set(easy, CURLOPT_USERNAME, options.user.c_str()) &&
                      set(easy, CURLOPT_PASSWORD, password.c_str());
  wipe(password);
  return is_set;
}

}  // namespace

void prepare_process() {
  LK_CHECK(::unsetenv("SSLKEYLOGFILE") == 0);  // the library would write the keys of TLS there
  LK_CHECK(::curl_global_init_mem(
               CURL_GLOBAL_DEFAULT, [](std::size_t size) { return std::malloc(size); },
               [](void* block) { free_wiped(block); },
               [](void* block, std::size_t size) { return realloc_wiped(block, size); },
               [](const char* text) { return ::strdup(text); },
               [](std::size_t count, std::size_t size) { return std::calloc(count, size); }) ==
           CURLE_OK);
}

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

void Relay::give_up() noexcept {
  m_line.with([](Line& line) {
    line.given_up = true;
    if (line.fd >= 0) {
      ::shutdown(line.fd, SHUT_RDWR);
    }
  });
}

Result<void> Relay::send(const Message& message) {
  const auto is_given_up = [&] { return m_line.with([](Line& line) { return line.given_up; }); };
  const auto given_up = [] {
    return fail(Errc::kUnavailable, "mail.relay: given up, as the daemon stops");
  };
  if (is_given_up()) {
    return given_up();
  }
  const auto& destination = m_options.server.destination;
  auto socket = m_dialer.dial(destination, egress::Purpose::kMailRelay, m_options.connect_timeout);
  if (!socket) {
    return fail(Errc::kUnavailable, "mail.relay: " + socket.error().detail);
  }
  Transfer transfer{m_line, std::move(socket).value(), written_out(m_options.sender, message)};
  const List recipients{
      ::curl_slist_append(nullptr, ("<" + message.recipient.text() + ">").c_str())};
  // The Dialer has looked the name up, and the library shall not: whatever host is meant, the socket
  // is there already.
  const List connected{::curl_slist_append(nullptr, "::127.0.0.1:1")};
  const Easy easy{::curl_easy_init()};
  const std::string url =
      m_options.server.url(kSchemes) + "/" + std::string{m_options.sender.domain()};
  const std::string sender = "<" + m_options.sender.text() + ">";
  if (!easy || !recipients || !connected || !set(easy, CURLOPT_URL, url.c_str()) ||
      !set_connection(easy, m_options, connected) || !set_user(easy, m_options) ||
      !transfer.set_up(easy) || !set(easy, CURLOPT_MAIL_FROM, sender.c_str()) ||
      !set(easy, CURLOPT_MAIL_RCPT, recipients.get())) {
    return fail(Errc::kInternal, "mail.relay: the options of the transfer cannot be set");
  }
  const CURLcode code = ::curl_easy_perform(easy.get());
  if (code == CURLE_OK) {
    return {};
  }
  return is_given_up() ? given_up() : failure_of(easy, code);
}

}  // namespace leadkeep::mail
