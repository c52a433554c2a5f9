#include "table.h"

#include "forms.h"

#include <utility>
#include <vector>

namespace leadkeep::config {
namespace {

constexpr std::nullopt_t kRequired = std::nullopt;

template <class Member, class T>
std::function<bool(Settings&, const std::string&)> assigner(Member member, Form<T> form) {
  return [member, read = std::move(form.read)](Settings& settings, const std::string& text) {
    auto value = read(text);
    if (!value) {
      return false;
    }
    member(settings) = *std::move(value);
    return true;
  };
}

}  // namespace

std::span<const Setting> table() {
#define LK_SETTING(key, member, form, fallback, unit, reason) \
  Setting{key,                                                \
          fallback,                                           \
          unit,                                               \
          reason,                                             \
          (form).expected,                                    \
          assigner([](Settings& settings) -> auto& { return settings.member; }, form)},
  static const std::vector<Setting> rows{
#include "settings.def"
  };
#undef LK_SETTING
  return rows;
}

}  // namespace leadkeep::config
