#include "bind_answer.h"

#include <leadkeep/base/check.h>
#include <leadkeep/base/heap.h>
#include <leadkeep/ldap/connection.h>

#include <algorithm>
#include <array>
#include <cstdlib>

#include <lber.h>
#include <ldap.h>
#include <openldap.h>
#include <sys/socket.h>
#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/lsan_interface.h>
#endif

namespace leadkeep::ldap {
namespace {

constexpr ber_len_t kMaxIncoming = ber_len_t{4} << 20;
// libldap of Debian uses GnuTLS, which takes the oldest version from here only.
constexpr const char* kCiphers = "SECURE128:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2";

Fail unavailable(std::string_view what, int result_code) {
  return fail(Errc::kUnavailable,
              "directory: " + std::string{what} + ": " + ::ldap_err2string(result_code));
}

struct Unbind {
  void operator()(LDAP* ld) const noexcept { ::ldap_unbind_ext(ld, nullptr, nullptr); }
};

struct FreeMessage {
  void operator()(LDAPMessage* message) const noexcept { ::ldap_msgfree(message); }
};

struct FreeMemory {
  void operator()(char* text) const noexcept { ::ldap_memfree(text); }
};

struct FreeControls {
  void operator()(LDAPControl** controls) const noexcept { ::ldap_controls_free(controls); }
};

struct FreeStrings {
  void operator()(char** strings) const noexcept {
    ::ber_memvfree(reinterpret_cast<void**>(strings));
  }
};

struct FreeValues {
  void operator()(berval** values) const noexcept { ::ldap_value_free_len(values); }
};

struct FreeBer {
  void operator()(BerElement* ber) const noexcept { ::ber_free(ber, 0); }
};

using Session = std::unique_ptr<LDAP, Unbind>;
using Message = std::unique_ptr<LDAPMessage, FreeMessage>;
using Text = std::unique_ptr<char, FreeMemory>;

template <class T>
bool set_option(LDAP* ld, int option, const T* value) {
  return ::ldap_set_option(ld, option, value) == LDAP_OPT_SUCCESS;
}

bool set_int(LDAP* ld, int option, int value) {
  return set_option(ld, option, &value);
}

// TLS is set for all handles in trust().
bool set_options(LDAP* ld) {
  Sockbuf* buffer = nullptr;
  ber_len_t most = kMaxIncoming;
  return set_int(ld, LDAP_OPT_PROTOCOL_VERSION, LDAP_VERSION3) &&
         set_option(ld, LDAP_OPT_REFERRALS, LDAP_OPT_OFF) &&
         set_int(ld, LDAP_OPT_DEREF, LDAP_DEREF_NEVER) &&
         set_option(ld, LDAP_OPT_RESTART, LDAP_OPT_ON) &&
         ::ldap_get_option(ld, LDAP_OPT_SOCKBUF, static_cast<void*>(&buffer)) == LDAP_OPT_SUCCESS &&
         ::ber_sockbuf_ctrl(buffer, LBER_SB_OPT_SET_MAX_INCOMING, &most) >= 0;
}

PolicyError policy_error_in(LDAP* ld, LDAPControl** controls) {
  LDAPControl* const answer =
      controls == nullptr
          ? nullptr
          : ::ldap_control_find(LDAP_CONTROL_PASSWORDPOLICYRESPONSE, controls, nullptr);
  LDAPPasswordPolicyError error = PP_noError;
  if (answer == nullptr ||
      ::ldap_parse_passwordpolicy_control(ld, answer, nullptr, nullptr, &error) != LDAP_SUCCESS) {
    return PolicyError::kNone;
  }
  switch (error) {
    case PP_passwordExpired:
      return PolicyError::kPasswordExpired;
    case PP_accountLocked:
      return PolicyError::kAccountLocked;
    case PP_changeAfterReset:
      return PolicyError::kMustChange;
    default:
      return PolicyError::kNone;
  }
}

Entry read_entry(LDAP* ld, LDAPMessage* message) {
  const Text dn{::ldap_get_dn(ld, message)};
  Entry entry{dn ? dn.get() : ""};
  BerElement* cursor = nullptr;
  Text name{::ldap_first_attribute(ld, message, &cursor)};
  const std::unique_ptr<BerElement, FreeBer> free_cursor{cursor};
  while (name) {
    const std::unique_ptr<berval*, FreeValues> values{
        ::ldap_get_values_len(ld, message, name.get())};
    for (berval** value = values.get(); value != nullptr && *value != nullptr; ++value) {
      entry.add(name.get(), std::string{(*value)->bv_val, (*value)->bv_len});
    }
    name.reset(::ldap_next_attribute(ld, message, cursor));
  }
  return entry;
}

// The library keeps passwords and names in what it allocates.
void wipe_what_the_library_frees() {
  ::lber_memory_fns functions{
      [](::ber_len_t size, void*) { return std::malloc(size); },
      [](::ber_len_t count, ::ber_len_t size, void*) { return std::calloc(count, size); },
      [](void* block, ::ber_len_t size, void*) { return realloc_wiped(block, size); },
      [](void* block, void*) { free_wiped(block); }};
  LK_CHECK(::ber_set_option(nullptr, LBER_OPT_MEMORY_FNS, &functions) == LBER_OPT_SUCCESS);
}

}  // namespace

void prepare_process() {
  wipe_what_the_library_frees();
  LK_CHECK(::setenv("LDAPNOINIT", "1", 1) == 0);
  int version = LDAP_VERSION3;  // the first call must be made before there are threads
  LK_CHECK(::ldap_set_option(nullptr, LDAP_OPT_PROTOCOL_VERSION, &version) == LDAP_OPT_SUCCESS);
}

// NEWCTX comes last: it makes the options count.
Result<void> trust(const std::filesystem::path& ca_file) {
#if defined(__SANITIZE_ADDRESS__)
  const __lsan::ScopedDisabler this_loss_is_known;  // and of this call only
#endif
  const bool set = set_option(nullptr, LDAP_OPT_X_TLS_CACERTFILE, ca_file.c_str()) &&
                   set_int(nullptr, LDAP_OPT_X_TLS_REQUIRE_CERT, LDAP_OPT_X_TLS_DEMAND) &&
                   set_int(nullptr, LDAP_OPT_X_TLS_REQUIRE_SAN, LDAP_OPT_X_TLS_HARD) &&
                   set_option(nullptr, LDAP_OPT_X_TLS_CIPHER_SUITE, kCiphers) &&
                   set_int(nullptr, LDAP_OPT_X_TLS_NEWCTX, 0);
  return set ? Result<void>{}
             : fail(Errc::kInvalidInput, ca_file.string() +
                                             ": the certificate authorities cannot be read; check "
                                             "directory.ca_file");
}

class Connection::Handle {
 public:
  Handle(const Network& network, Session ld, int fd) noexcept
      : m_network{network}, m_ld{std::move(ld)}, m_fd{fd} {}

  Result<void> protect(Protection protection) {
    const int rc = timed([&] {
      return protection == Protection::kTls ? ::ldap_install_tls(m_ld.get())
                                            : ::ldap_start_tls_s(m_ld.get(), nullptr, nullptr);
    });
    if (rc != LDAP_SUCCESS || ::ldap_tls_inplace(m_ld.get()) != 1) {
      return fail(Errc::kUnavailable,
                  protection == Protection::kTls
                      ? "directory: no TLS with this server: check directory.ca_file, the name in "
                        "the URL and the dates of the certificate"
                      : "directory: no StartTLS with this server: check that it offers it, "
                        "directory.ca_file, the name in the URL and the dates of the certificate");
    }
    return {};
  }

  Result<BindAnswer> bind(const std::string& dn, const SecretBytes& password) {
    // The library does not write to the password.
    auto* const bytes = reinterpret_cast<char*>(const_cast<std::byte*>(password.expose().data()));
    berval credentials{password.size(), bytes};
    LDAPControl policy{};
    std::string oid = LDAP_CONTROL_PASSWORDPOLICYREQUEST;
    policy.ldctl_oid = oid.data();
    std::array<LDAPControl*, 2> controls{&policy, nullptr};
    int number = 0;
    int rc = ::ldap_sasl_bind(m_ld.get(), dn.c_str(), LDAP_SASL_SIMPLE, &credentials,
                              controls.data(), nullptr, &number);
    if (rc != LDAP_SUCCESS) {
      return give_up("bind", rc);
    }
    LK_TRY(const Message message, answer_to(number));
    int code = LDAP_OTHER;
    char* diagnostic = nullptr;
    char** referrals = nullptr;
    LDAPControl** answered = nullptr;
    rc = ::ldap_parse_result(m_ld.get(), message.get(), &code, nullptr, &diagnostic, &referrals,
                             &answered, 0);
    const Text free_diagnostic{diagnostic};
    const std::unique_ptr<char*, FreeStrings> free_referrals{referrals};
    const std::unique_ptr<LDAPControl*, FreeControls> free_controls{answered};
    if (rc != LDAP_SUCCESS) {
      return give_up("bind", rc);
    }
    return read_bind_answer(code, diagnostic == nullptr ? "" : diagnostic,
                            policy_error_in(m_ld.get(), answered));
  }

  Result<std::vector<Entry>> search(const Search& search) {
    std::vector<std::string> names = search.attributes;
    std::vector<char*> attributes;
    attributes.reserve(names.size() + 1);
    for (std::string& name : names) {
      attributes.push_back(name.data());
    }
    attributes.push_back(nullptr);
    const auto seconds = std::chrono::ceil<std::chrono::seconds>(m_network.operation_timeout);
    timeval limit{static_cast<time_t>(seconds.count()), 0};
    int number = 0;
    int rc = ::ldap_search_ext(m_ld.get(), search.base.c_str(),
                               search.scope == Scope::kBase ? LDAP_SCOPE_BASE : LDAP_SCOPE_SUBTREE,
                               search.filter.c_str(), attributes.data(), 0, nullptr, nullptr,
                               &limit, search.size_limit, &number);
    if (rc != LDAP_SUCCESS) {
      return give_up("search", rc);
    }
    LK_TRY(const Message messages, answer_to(number));
    int code = LDAP_OTHER;
    rc = ::ldap_parse_result(m_ld.get(), messages.get(), &code, nullptr, nullptr, nullptr, nullptr,
                             0);
    if (rc != LDAP_SUCCESS) {
      return give_up("search", rc);
    }
    switch (code) {
      case LDAP_SUCCESS:
        break;
      case LDAP_SIZELIMIT_EXCEEDED:
        return fail(Errc::kTooLarge, "directory: search: more entries than expected");
      case LDAP_NO_SUCH_OBJECT:
        return fail(Errc::kNotFound, "directory: search: its base is not there");
      default:
        return unavailable("search", code);
    }
    std::vector<Entry> entries;
    for (LDAPMessage* found = ::ldap_first_entry(m_ld.get(), messages.get()); found != nullptr;
         found = ::ldap_next_entry(m_ld.get(), found)) {
      entries.push_back(read_entry(m_ld.get(), found));
    }
    if (std::cmp_greater(entries.size(), search.size_limit)) {
      return fail(Errc::kTooLarge, "directory: search: more entries than the limit it was given");
    }
    return entries;
  }

  [[nodiscard]] bool is_usable() const noexcept { return m_usable; }

 private:
  // `operation` yields a number of the library's.
  template <class Operation>
  int timed(const Operation& operation) {
    const auto guard = m_network.watch.guard(m_fd, m_network.operation_timeout);
    return operation();
  }

  Fail give_up(std::string_view what, int result_code) {
    m_usable = false;
    return unavailable(what, result_code);
  }

  // All messages of one answer.
  Result<Message> answer_to(int number) {
    LDAPMessage* raw = nullptr;
    const int kind =
        timed([&] { return ::ldap_result(m_ld.get(), number, LDAP_MSG_ALL, nullptr, &raw); });
    Message message{raw};
    if (kind <= 0 || !message) {
      m_usable = false;
      return fail(Errc::kUnavailable, "directory: no answer in time, or the connection was lost");
    }
    return message;
  }

  const Network& m_network;
  Session m_ld;
  int m_fd;  // the library's
  bool m_usable = true;
};

Connection::Connection(std::unique_ptr<Handle> handle) noexcept : m_handle{std::move(handle)} {}

Connection::~Connection() = default;

Result<std::unique_ptr<Connection>> Connection::open(const Network& network, const Server& server) {
  LK_TRY(UniqueFd fd, network.dialer.dial(server.destination, egress::Purpose::kDirectory,
                                          network.connect_timeout));
  LDAP* raw = nullptr;
  if (const int rc = ::ldap_init_fd(fd.get(), LDAP_PROTO_TCP, server.url().c_str(), &raw);
      rc != LDAP_SUCCESS) {
    return unavailable("cannot use the connection", rc);
  }
  Session ld{raw};
  const int number = fd.release();  // from here on the library closes it
  // The farewell at the end is written without a watch.
  const auto seconds = std::chrono::ceil<std::chrono::seconds>(network.operation_timeout);
  const ::timeval patience{static_cast<::time_t>(seconds.count()), 0};
  (void)::setsockopt(number, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
  if (!set_options(raw)) {
    return fail(Errc::kUnavailable, "directory: the options of the connection cannot be set");
  }
  auto handle = std::make_unique<Handle>(network, std::move(ld), number);
  LK_TRY_VOID(handle->protect(server.protection));
  return std::unique_ptr<Connection>{new Connection{std::move(handle)}};
}

Result<BindAnswer> Connection::bind(const std::string& dn, const SecretBytes& password) {
  const ByteView bytes = password.expose();
  if (dn.empty() || bytes.empty() || std::ranges::find(bytes, std::byte{0}) != bytes.end()) {
    return BindAnswer{BindAnswer::Verdict::kRefused, "unusable_password"};
  }
  return m_handle->bind(dn, password);
}

Result<std::vector<Entry>> Connection::search(const Search& search) {
  return m_handle->search(search);
}

bool Connection::is_usable() const noexcept {
  return m_handle->is_usable();
}

}  // namespace leadkeep::ldap
