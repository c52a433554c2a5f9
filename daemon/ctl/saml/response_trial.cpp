#include "ctl/saml/response_trial.h"

#include "ctl/saml/xml_pieces.h"

#include <leadkeep/base/clock.h>
#include <leadkeep/base/text.h>
#include <leadkeep/config/load.h>

#include <fstream>
#include <iostream>

namespace leadkeep::ctl {
namespace {

constexpr std::chrono::seconds kRequestIsOld{60};
constexpr std::size_t kMaxResponse = 400 * 1024;

Result<std::string> read_response(const std::string& file) {
  std::string text;
  const auto read = [&](std::istream& in) {
    text.resize(kMaxResponse + 1);
    in.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<std::size_t>(in.gcount()));
  };
  if (file == "-") {
    read(std::cin);
  } else {
    std::ifstream in{file, std::ios::binary};
    read(in);
  }
  if (text.empty() || text.size() > kMaxResponse) {
    return fail(Errc::kInvalidInput,
                "the response cannot be read, is empty or larger than 400 KiB");
  }
  return text;
}

// XML is taken as well as what a browser posts.
std::string as_posted(const std::string& text) {
  const std::string_view trimmed = trim(text);
  return trimmed.starts_with('<') ? to_base64(as_bytes(text)) : std::string{trimmed};
}

// For a trial only: the daemon knows which request it has sent.
std::string request_named_in(const std::string& posted) {
  const std::string text = xml_of(posted);
  constexpr std::string_view kAttribute = "InResponseTo=";
  const std::size_t at = text.find(kAttribute);
  if (at == std::string::npos || at + kAttribute.size() >= text.size()) {
    return "";
  }
  const std::size_t begin = at + kAttribute.size() + 1;
  const std::size_t end = text.find(text[begin - 1], begin);
  return end == std::string::npos ? "" : text.substr(begin, end - begin);
}

Fail misused(const std::string& what) {
  return fail(Errc::kInvalidInput, what + "; see leadkeepctl --help");
}

}  // namespace

Result<ResponseTrial> ResponseTrial::open(const Arguments& arguments) {
  const SamlOptions& options = arguments.saml;
  if (options.response.empty()) {
    return misused("saml " + arguments.words[1] +
                   " needs --response FILE, or - for standard input");
  }
  const auto at =
      options.at.empty() ? std::optional{SystemClock{}.now()} : parse_rfc3339(options.at);
  if (!at) {
    return misused("--at is a time such as 2026-11-24T15:51:18Z");
  }
  LK_TRY(const auto settings, config::load(arguments.config, {}));
  LK_TRY(auto sign_on, daemon::CompanySignOn::open(settings));
  LK_TRY(const std::string response, read_response(options.response));
  if (sign_on == nullptr) {
    return misused("there is no section [saml.NAME] in " + arguments.config.string());
  }
  const flow::SamlService& service = sign_on->service();
  const auto provider = options.provider.empty() && service.providers.size() == 1
                            ? service.providers.begin()
                            : service.providers.find(options.provider);
  if (provider == service.providers.end()) {
    return misused("--provider has to be the NAME of a section [saml.NAME]");
  }
  const std::string posted = as_posted(response);
  const std::string request = options.request.empty() ? request_named_in(posted) : options.request;
  saml::ResponseJob job{posted,
                        provider->second.provider,
                        {service.us.entity_id, service.us.consumer_url},
                        {request, *at - kRequestIsOld, false},
                        *at};
  return ResponseTrial{std::move(sign_on), &provider->second, std::move(job)};
}

}  // namespace leadkeep::ctl
