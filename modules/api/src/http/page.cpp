#include "http/page.h"

#include "http/problem.h"

namespace leadkeep::api::http {
namespace {

constexpr std::string_view kHtml = "text/html; charset=utf-8";
constexpr std::string_view kSubmit = "document.forms[0].submit()";
// Its hash is that of kSubmit; a test says so.
constexpr std::string_view kSubmitPolicy =
    "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; "
    "script-src 'sha256-ePniVEkSivX/c7XWBGafqh8tSpiRrKiqYeqbG7N1TOE='";

std::string escape(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::string document(std::string_view title, std::string_view body) {
  std::string page = "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>";
  page.append(title).append("</title></head><body><h1>").append(title).append("</h1>");
  return page.append(body).append("</body></html>");
}

}  // namespace

Response form_page(std::string_view action,
                   const std::vector<std::pair<std::string, std::string>>& fields) {
  std::string form = "<form method=\"post\" action=\"" + escape(action) + "\">";
  for (const auto& [name, value] : fields) {
    form += "<input type=\"hidden\" name=\"" + escape(name) + "\" value=\"" + escape(value) + "\">";
  }
  form += "<button>Continue</button></form><script>" + std::string{kSubmit} + "</script>";
  Response response{200, document("On the way to your company's sign-in", form)};
  response.content_type = kHtml;
  response.security_policy = kSubmitPolicy;
  return response;
}

Response refusal_page(Attempt attempt, Errc code, std::string_view home,
                      std::string_view reference) {
  const std::string_view title = attempt == Attempt::kSignIn
                                     ? "Signing in did not work"
                                     : "Signing out everywhere could not be confirmed";
  const bool again_later = code == Errc::kUnavailable || code == Errc::kTooManyRequests;
  std::string body = again_later ? "<p>Please wait a minute and " : "<p>Please ";
  body += "<a href=\"" + escape(home) +
          "/\">start again</a>. If it does not help, tell your "
          "IT department this reference: <code>" +
          escape(reference) + "</code></p>";
  Response response{kind_of(code).status, document(title, body)};
  response.content_type = kHtml;
  return response;
}

Response problem_page(Errc code) {
  const auto [status, detail] = kind_of(code);
  const std::string_view name = name_of(code);
  std::string body =
      "<p>" + escape(detail) + "</p><p>An answer with this problem usually has the status " +
      std::to_string(status) + " (" + std::string{reason_phrase(status)} +
      "), and always the code <code>" + escape(name) +
      "</code>, which stays the same from version to version. Where it also has a "
      "<code>detail</code> of its own or a <code>member</code>, these say more about "
      "the request. Its <code>X-Request-Id</code> finds it in the log.</p>";
  Response response{200, document(escape(name), body)};
  response.content_type = kHtml;
  return response;
}

}  // namespace leadkeep::api::http
