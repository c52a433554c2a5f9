// leaktest/plant.h — leads that carry the marks, planted through the webhook as WhatsApp would
#pragma once
#include "instance.h"
#include "transcript.h"

namespace leadkeep::leaktest {

class Planter {
 public:
  Planter(Instance& instance, Marks& marks, Transcript& transcript);

  // The leads, each with messages in which the marks are written in many ways.
  [[nodiscard]] Result<void> plant_leads();
  // One more message of a lead that is known.
  [[nodiscard]] Result<void> plant_message();
  // A signed body, as it is; for refusals too.
  [[nodiscard]] Result<RawAnswer> post(std::string_view body);

 private:
  struct Person;

  [[nodiscard]] Result<void> say(const Person& person, const std::string& text);
  [[nodiscard]] Result<void> deliver(const Person& person, std::string_view type,
                                     const std::string& content);

  Instance& m_instance;
  Marks& m_marks;
  Transcript& m_transcript;
};

}  // namespace leadkeep::leaktest
