// leadkeep/config/load.h — configuration file and command line in, Settings out
//
// Takes    an ini file ([section], key = value, comments on lines of their own; UTF-8, at most
//          256 KiB) and overrides "section.key=value", with or without "--" in front. An override
//          wins over the file; a value that is overridden is not looked at.
// Yields   Settings in which every value has the expected form and every required key is set
// Refuses  kNotFound, kUnavailable  the file cannot be read
//          kForbidden               anybody may write to the file, or it is not a regular file
//          kTooLarge                the file is larger than 256 KiB
//          kInvalidInput            everything else; all problems together, one a line, each as
//                                   "FILE:LINE: key: what is expected"
// A value never appears in an error, because it may be a secret pasted by mistake; nor does an
// unknown key that holds anything but small letters, '_' and '.'.
// Source   src/settings.def, the one table of keys, forms, defaults and reasons
// Threads  any; stateless
#pragma once
#include <leadkeep/base/result.h>
#include <leadkeep/config/settings.h>

#include <filesystem>
#include <set>
#include <span>
#include <string>
#include <string_view>

namespace leadkeep::config {

[[nodiscard]] Result<Settings> load(const std::filesystem::path& file,
                                    std::span<const std::string> overrides);

// Whether it may stand for NAME in [saml.NAME] and [oidc.NAME]: small letters and '_', 32 at most.
[[nodiscard]] bool is_provider_name(std::string_view name);

// NAME of every section [saml.NAME] and [oidc.NAME] that the file has a known setting of, complete or
// not. No two sections have the same.
[[nodiscard]] Result<std::set<std::string>> providers_in(const std::filesystem::path& file);

// The content of etc/leadkeepd.conf: every key with its reason, form and default.
[[nodiscard]] std::string sample_config();

// The settings as options of the command line, for --help.
[[nodiscard]] std::string help_text();

}  // namespace leadkeep::config
