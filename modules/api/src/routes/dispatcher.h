// routes/dispatcher.h — from a request to its route, and from every outcome to an answer
//
// Refuses  404  a path that is not in the table
//          405  a path that is, with another verb; Allow names the verbs there are
//          500  an exception of a handler: one answer, one line in the log, and the connection
//          lives
// Threads  any
#pragma once
#include "http/connection.h"
#include "routes/route.h"

#include <string_view>
#include <vector>

namespace leadkeep::api {

class Dispatcher final : public http::Service {
 public:
  Dispatcher(std::vector<Route> routes, Door door);

  [[nodiscard]] http::Response answer(http::Request& request,
                                      const http::RequestId& id) noexcept override;
  [[nodiscard]] http::Response refuse_unreadable(const http::Fault& fault) noexcept override;

  [[nodiscard]] const std::vector<Route>& routes() const noexcept { return m_routes; }

 private:
  struct Pattern {
    std::vector<std::string_view> segments;
    bool has_parameter = false;
  };

  [[nodiscard]] http::Response dispatch(http::Request& request, const http::RequestId& id) const;
  [[nodiscard]] http::Response answer_failure(const Error& error, const http::Request& request,
                                              const http::RequestId& id) const;
  [[nodiscard]] http::Response answer_wrong_verb(std::string_view path) const;
  // Whether the path is that of the pattern; the segment in braces goes to `parameter`.
  [[nodiscard]] static bool matches(const Pattern& pattern, std::string_view path,
                                    std::string_view& parameter) noexcept;
  // The routes of a path: those that spell it out, or, where there is none, those with a parameter.
  [[nodiscard]] std::vector<std::size_t> routes_of(std::string_view path) const;

  const std::vector<Route> m_routes;
  std::vector<Pattern> m_patterns;
  const Door m_door;
};

}  // namespace leadkeep::api
