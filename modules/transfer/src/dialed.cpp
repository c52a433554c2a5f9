#include <leadkeep/base/check.h>
#include <leadkeep/transfer/dialed.h>

#include <utility>

#include <curl/curl.h>
#include <sys/socket.h>
#include <unistd.h>

namespace leadkeep::transfer {

void Lines::give_up() noexcept {
  m_state.with([](State& state) {
    state.given_up = true;
    for (const int fd : state.open) {
      ::shutdown(fd, SHUT_RDWR);
    }
  });
}

bool Lines::is_given_up() const {
  return m_state.with([](const State& state) { return state.given_up; });
}

struct Dialed::Callbacks {
  static curl_socket_t take_socket(void* given, curlsocktype, curl_sockaddr*) {
    auto& dialed = *static_cast<Dialed*>(given);
    return dialed.m_lines.m_state.with([&](Lines::State& state) -> curl_socket_t {
      if (state.given_up || !dialed.m_socket.valid()) {
        return CURL_SOCKET_BAD;
      }
      const int fd = dialed.m_socket.release();
      state.open.insert(fd);
      return fd;
    });
  }

  static int tell_connected(void*, curl_socket_t, curlsocktype) {
    return CURL_SOCKOPT_ALREADY_CONNECTED;
  }

  // Under the lock, so that nobody shuts down what is another descriptor by then.
  static int close_socket(void* given, curl_socket_t socket) {
    return static_cast<Dialed*>(given)->m_lines.m_state.with([&](Lines::State& state) {
      state.open.erase(socket);
      return ::close(socket);
    });
  }
};

void Dialed::FreeList::operator()(::curl_slist* list) const noexcept {
  ::curl_slist_free_all(list);
}

Dialed::Dialed(Lines& lines, UniqueFd socket)
    : m_lines{lines}, m_socket{std::move(socket)}, m_easy{::curl_easy_init()} {
  LK_CHECK(m_easy != nullptr);
  const void* const us = this;
  set(CURLOPT_OPENSOCKETFUNCTION, &Callbacks::take_socket);
  set(CURLOPT_OPENSOCKETDATA, us);
  set(CURLOPT_SOCKOPTFUNCTION, &Callbacks::tell_connected);
  set(CURLOPT_CLOSESOCKETFUNCTION, &Callbacks::close_socket);
  set(CURLOPT_CLOSESOCKETDATA, us);
  // Whatever host is meant, the socket is there already.
  set_list(CURLOPT_CONNECT_TO, {"::127.0.0.1:1"});
  set(CURLOPT_PROXY, std::string{});
  set(CURLOPT_NOSIGNAL, 1);
  set(CURLOPT_FORBID_REUSE, 1);
  set(CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  set(CURLOPT_SSL_VERIFYPEER, 1);
  set(CURLOPT_SSL_VERIFYHOST, 2);
}

Dialed::~Dialed() {
  ::curl_easy_cleanup(m_easy);
}

void Dialed::set(int option, long value) {
  note(::curl_easy_setopt(m_easy, static_cast<CURLoption>(option), value));
}

void Dialed::set(int option, const std::string& text) {
  note(::curl_easy_setopt(m_easy, static_cast<CURLoption>(option), text.c_str()));
}

void Dialed::set(int option, const void* data) {
  note(::curl_easy_setopt(m_easy, static_cast<CURLoption>(option), data));
}

void Dialed::set_callback(int option, void (*callback)()) {
  note(::curl_easy_setopt(m_easy, static_cast<CURLoption>(option), callback));
}

void Dialed::set_list(int option, const std::vector<std::string>& lines) {
  std::unique_ptr<::curl_slist, FreeList> list;
  for (const std::string& line : lines) {
    ::curl_slist* const longer = ::curl_slist_append(list.get(), line.c_str());
    LK_CHECK(longer != nullptr);
    (void)list.release();  // the longer one has it
    list.reset(longer);
  }
  m_lists.push_back(std::move(list));
  set(option, static_cast<const void*>(m_lists.back().get()));
}

void Dialed::trust(const std::filesystem::path& ca_file) {
  if (!ca_file.empty()) {
    set(CURLOPT_CAINFO, ca_file.string());
    set(CURLOPT_CAPATH, static_cast<const void*>(nullptr));
  }
}

int Dialed::perform() {
  return m_options_taken == CURLE_OK ? ::curl_easy_perform(m_easy) : CURLE_BAD_FUNCTION_ARGUMENT;
}

long Dialed::response_code() const {
  long code = 0;
  (void)::curl_easy_getinfo(m_easy, CURLINFO_RESPONSE_CODE, &code);
  return code;
}

void Dialed::note(int code) {
  if (code != CURLE_OK) {
    m_options_taken = code;
  }
}

}  // namespace leadkeep::transfer
