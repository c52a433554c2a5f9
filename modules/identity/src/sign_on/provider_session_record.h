// ProviderSession as it is kept, in the row of an answer and then in that of the session.
#pragma once
#include <leadkeep/identity/provider_session.h>
#include <leadkeep/store/records/provider_session.pb.h>

namespace leadkeep::identity {

inline void write_provider_session(const ProviderSession& session,
                                   records::ProviderSession& record) {
  record.set_entity_id(session.entity_id);
  record.set_name_id(session.name_id.value.expose());
  record.set_name_id_format(session.name_id.format);
  record.set_name_qualifier(session.name_id.name_qualifier);
  record.set_sp_name_qualifier(session.name_id.sp_name_qualifier);
  record.set_index(session.index);
}

[[nodiscard]] inline ProviderSession read_provider_session(const records::ProviderSession& record) {
  return {record.entity_id(),
          {Pii{record.name_id()}, record.name_id_format(), record.name_qualifier(),
           record.sp_name_qualifier()},
          record.index()};
}

}  // namespace leadkeep::identity
