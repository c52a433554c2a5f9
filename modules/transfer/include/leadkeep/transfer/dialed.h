// leadkeep/transfer/dialed.h — one transfer of libcurl over a socket that the Dialer has connected
//
// The library opens no connection by itself and looks no name up: both would bypass the Dialer. TLS is
// of today, and the certificate is checked against the name in the URL. No connection is kept: its
// farewell would be waited for where no limit of ours counts.
//
// Takes    a connected socket; options and callbacks of the library, which its own header names
// Yields   the library's CURLcode
// Threads  one for a Dialed; Lines from any
#pragma once
#include <leadkeep/base/files.h>
#include <leadkeep/base/guarded.h>

#include <filesystem>
#include <memory>
#include <set>
#include <string>
#include <vector>

struct curl_slist;  // the library's

namespace leadkeep::transfer {

// The sockets in use, so that another thread can end what waits on them.
class Lines {
 public:
  // Whoever waits gets no answer, now and from now on.
  void give_up() noexcept;
  [[nodiscard]] bool is_given_up() const;

 private:
  friend class Dialed;

  struct State {
    std::set<int> open;
    bool given_up = false;
  };

  Guarded<State> m_state;
};

class Dialed {
 public:
  Dialed(Lines& lines, UniqueFd socket);
  Dialed(const Dialed&) = delete;
  Dialed& operator=(const Dialed&) = delete;
  ~Dialed();

  // `option` is a CURLOPT_…; one that the library does not take makes perform() fail.
  void set(int option, long value);
  void set(int option, const std::string& text);  // copied
  void set(int option, const void* data);         // lives as long as this

  template <class Result, class... Arguments>
  void set(int option, Result (*callback)(Arguments...)) {
    set_callback(option, reinterpret_cast<void (*)()>(callback));
  }

  void set_list(int option, const std::vector<std::string>& lines);  // copied
  // Of these authorities and no others; empty is the system's.
  void trust(const std::filesystem::path& ca_file);

  [[nodiscard]] int perform();
  [[nodiscard]] long response_code() const;

 private:
  struct Callbacks;

  struct FreeList {
    void operator()(::curl_slist* list) const noexcept;
  };

  void set_callback(int option, void (*callback)());
  void note(int code);

  Lines& m_lines;
  UniqueFd m_socket;
  void* m_easy;
  int m_options_taken = 0;
  std::vector<std::unique_ptr<::curl_slist, FreeList>> m_lists;
};

}  // namespace leadkeep::transfer
