#include "routes/dispatcher.h"

#include "http/problem.h"
#include "http/representation.h"

#include <leadkeep/base/event_log.h>
#include <leadkeep/base/seeded_leak.h>

#include <exception>
#include <typeinfo>

namespace leadkeep::api {
namespace {

std::string_view take_segment(std::string_view& path) noexcept {
  path.remove_prefix(1);  // the slash
  const auto segment = path.substr(0, path.find('/'));
  path.remove_prefix(segment.size());
  return segment;
}

void announce(const std::optional<Retirement>& retirement, http::Request& request) {
  if (!retirement) {
    return;
  }
  request.add_to_answer("Deprecation", "@" + std::to_string(retirement->deprecated.ms / 1000));
  request.add_to_answer("Sunset", http::http_date(retirement->sunset));
  request.add_to_answer("Link",
                        "<" + std::string{retirement->instead} + ">; rel=\"successor-version\"");
}

}  // namespace

Dispatcher::Dispatcher(std::vector<Route> routes, Door door)
    : m_routes{std::move(routes)}, m_door{std::move(door)} {
  for (const auto& route : m_routes) {
    Pattern pattern;
    for (auto rest = route.path; !rest.empty();) {
      pattern.segments.push_back(take_segment(rest));
      pattern.has_parameter |= pattern.segments.back().starts_with('{');
    }
    m_patterns.push_back(std::move(pattern));
  }
}

http::Response Dispatcher::answer(http::Request& request, const http::RequestId& id) noexcept {
  m_door.metrics.requests.add();
  request.set_id(id);
  try {
    if (m_door.look_behind_proxy) {
      m_door.look_behind_proxy(request);
    }
    auto response = dispatch(request, id);
    http::suit(request.head(), response);
    for (auto& field : request.take_answer_fields()) {
      response.fields.push_back(std::move(field));
    }
    m_door.metrics.requests_failed.add(response.status >= 400 ? 1 : 0);
    return response;
  } catch (const std::exception& e) {
    log_error("HANDLER_THREW", Field{"request", id}, Field{"type", Reason{typeid(e).name()}});
  } catch (...) {
    log_error("HANDLER_THREW", Field{"request", id});
  }
  m_door.metrics.requests_failed.add();
  return http::problem(Errc::kInternal);
}

http::Response Dispatcher::refuse_unreadable(const http::Fault& fault) noexcept {
  m_door.metrics.requests.add();
  m_door.metrics.requests_failed.add();
  return http::problem(fault);
}

http::Response Dispatcher::dispatch(http::Request& request, const http::RequestId& id) const {
  const auto path = request.head().path();
  const auto found = routes_of(path);
  for (const std::size_t i : found) {
    if (m_routes[i].verb == request.head().verb()) {
      std::string_view parameter;
      (void)matches(m_patterns[i], path, parameter);
      request.set_parameter(parameter);
      auto answer = m_routes[i].serve(m_door, request);
      if (answer.ok() || answer.error().code != Errc::kClientNotApproved) {
        announce(m_routes[i].retirement, request);
      }
      return answer.ok() ? std::move(answer).value() : answer_failure(answer.error(), request, id);
    }
  }
  // Who is no client of ours learns not even what there is.
  if (m_door.admit) {
    if (const auto entry = detail::enter(m_door, request); !entry) {
      return answer_failure(entry.error(), request, id);
    }
  }
  LK_SEEDED_LEAK(path_echoed, return http::Response{404, std::string{path}});
  return found.empty() ? http::problem(Errc::kNotFound) : answer_wrong_verb(path);
}

http::Response Dispatcher::answer_failure(const Error& error, const http::Request& request,
                                          const http::RequestId& id) const {
  if (error.code == Errc::kInternal || error.code == Errc::kCorrupt) {
    log_error("REQUEST_FAILED", Field{"request", id}, Field{"code", error.code},
              Field{"reason", Reason{error}});
  }
  if (request.fault() && request.fault()->code == error.code) {
    return http::problem(*request.fault());
  }
  return m_door.show_reason == ShowReason::kToTheOperator ? http::problem_with_reason(error)
                                                          : http::problem(error.code);
}

http::Response Dispatcher::answer_wrong_verb(std::string_view path) const {
  std::string allowed;
  for (const std::size_t i : routes_of(path)) {
    allowed.append(allowed.empty() ? "" : ", ").append(name_of(m_routes[i].verb));
  }
  auto response = http::problem(
      http::Fault{405,
                  Errc::kInvalidInput,
                  "This address does not take this method. Allow lists what it takes.",
                  {}});
  response.fields.emplace_back("Allow", std::move(allowed));
  return response;
}

std::vector<std::size_t> Dispatcher::routes_of(std::string_view path) const {
  std::vector<std::size_t> spelled_out;
  std::vector<std::size_t> with_parameter;
  for (std::size_t i = 0; i < m_patterns.size(); ++i) {
    std::string_view parameter;
    if (matches(m_patterns[i], path, parameter)) {
      (m_patterns[i].has_parameter ? with_parameter : spelled_out).push_back(i);
    }
  }
  return spelled_out.empty() ? with_parameter : spelled_out;
}

bool Dispatcher::matches(const Pattern& pattern, std::string_view path,
                         std::string_view& parameter) noexcept {
  for (const auto segment : pattern.segments) {
    if (path.empty()) {
      return false;
    }
    const auto given = take_segment(path);
    if (segment.starts_with('{') && !given.empty()) {
      parameter = given;
    } else if (segment != given) {
      return false;
    }
  }
  return path.empty();
}

}  // namespace leadkeep::api
