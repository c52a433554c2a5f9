#include "request.h"

#include <leadkeep/json/writer.h>

#include <algorithm>

namespace leadkeep::leaktest {
namespace {

class Rewriter {
 public:
  explicit Rewriter(const StringChange& change) : m_change{change} {}

  void write(const json::Value& value, std::string_view member) {
    if (value.is_object()) {
      m_writer.begin_object();
      for (const auto& [name, child] : value.members()) {
        m_writer.key(name);
        write(child, name);
      }
      m_writer.end_object();
    } else if (value.is_array()) {
      m_writer.begin_array();
      for (const json::Value& child : value.items()) {
        write(child, member);
      }
      m_writer.end_array();
    } else if (const auto text = value.string()) {
      m_writer.string(m_change(m_count++, member, *text));
    } else if (const auto number = value.integer()) {
      m_writer.integer(*number);
    } else if (const auto truth = value.boolean()) {
      m_writer.boolean(*truth);
    } else {
      m_writer.null();
    }
  }

  [[nodiscard]] std::size_t count() const noexcept { return m_count; }

  [[nodiscard]] std::string take() && { return std::move(m_writer).take(); }

 private:
  const StringChange& m_change;
  json::Writer m_writer;
  std::size_t m_count = 0;
};

}  // namespace

void Request::set(std::string name, std::string value) {
  std::erase_if(fields, [&](const auto& field) { return field.first == name; });
  fields.emplace_back(std::move(name), std::move(value));
}

std::string Request::bytes() const {
  std::string out = verb + " " + target + " HTTP/1.1\r\nHost: localhost\r\n";
  if (!token.empty()) {
    out += "Authorization: Bearer " + token + "\r\n";
  }
  for (const auto& [name, value] : fields) {
    out.append(name).append(": ").append(value).append("\r\n");
  }
  if (!body.empty() || announced_more > 0) {
    out += "Content-Type: " + content_type + "\r\n";
  }
  if (!body.empty() || announced_more > 0 || (verb != "GET" && verb != "DELETE")) {
    out += "Content-Length: " + std::to_string(body.size() + announced_more) + "\r\n";
  }
  return out + "\r\n" + body;
}

std::string with_strings(const json::Value& value, const StringChange& change) {
  Rewriter rewriter{change};
  rewriter.write(value, {});
  return std::move(rewriter).take();
}

std::size_t count_strings(const json::Value& value) {
  const StringChange same = [](std::size_t, std::string_view, std::string_view text) {
    return std::string{text};
  };
  Rewriter rewriter{same};
  rewriter.write(value, {});
  return rewriter.count();
}

Request json_request(std::string verb, std::string target, std::string body) {
  Request request;
  request.verb = std::move(verb);
  request.target = std::move(target);
  request.body = std::move(body);
  return request;
}

}  // namespace leadkeep::leaktest
