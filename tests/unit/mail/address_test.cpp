#include <leadkeep/mail/address.h>
#include <leadkeep/mail/relay.h>

#include <string>

#include <gtest/gtest.h>

namespace leadkeep::mail {
namespace {

TEST(MailAddress, IsWhatEveryRelayTakes) {
  for (const std::string& text :
       {std::string{"anna@bank.example"}, std::string{"a.b+c=d!e@x"},
        std::string{"O'Brien_{x}@Sub-1.Bank.Example"}, std::string(64, 'a') + "@x.example"}) {
    const auto address = Address::parse(text);
    ASSERT_TRUE(address) << text;
    EXPECT_EQ(address->text(), text);
  }
  EXPECT_EQ(Address::parse("anna@bank.example")->domain(), "bank.example");
}

TEST(MailAddress, HoldsNothingThatEndsACommandOrNamesAnotherRecipient) {
  for (const std::string& text : {std::string{},
                                  std::string{"@"},
                                  std::string{"anna"},
                                  std::string{"anna@"},
                                  std::string{"@bank.example"},
                                  std::string{"a@b@c"},
                                  std::string{"a b@c"},
                                  std::string{"a@b c"},
                                  std::string{"a@b>"},
                                  std::string{"<a@b"},
                                  std::string{"a@b,c@d"},
                                  std::string{"a,b@c"},
                                  std::string{"a;b@c"},
                                  std::string{"a@b\r\nRCPT TO:<c@d>"},
                                  std::string{"a\n@b"},
                                  std::string{"a\0@b", 4},
                                  std::string{"a@b\0", 4},
                                  std::string{"\"a b\"@c"},
                                  std::string{"a@[192.0.2.7]"},
                                  std::string{".a@b"},
                                  std::string{"a.@b"},
                                  std::string{"a..b@c"},
                                  std::string{"a@b."},
                                  std::string{"a@.b"},
                                  std::string{"a@b..c"},
                                  std::string{"a@b_c"},
                                  std::string{"jörg@bank.example"},
                                  std::string{"a@bücher.example"},
                                  std::string(65, 'a') + "@x.example",
                                  "a@" + std::string(64, 'b'),
                                  "a@" + std::string(126, 'b') + "." + std::string(126, 'c')}) {
    EXPECT_FALSE(Address::parse(text)) << text;
  }
}

TEST(Relay, IsNamedByAUrlThatSaysHowItIsProtected) {
  const auto tls = Relay::parse_server("smtps://mail.bank.example");
  ASSERT_TRUE(tls);
  EXPECT_EQ(tls.value().destination, (egress::Destination{"mail.bank.example", 465}));
  EXPECT_EQ(tls.value().protection, egress::Protection::kTls);
  const auto start_tls = Relay::parse_server("smtp://[::1]:2525");
  ASSERT_TRUE(start_tls);
  EXPECT_EQ(start_tls.value().destination, (egress::Destination{"::1", 2525}));
  EXPECT_EQ(start_tls.value().protection, egress::Protection::kStartTls);
  EXPECT_EQ(Relay::parse_server("smtp://mail").value().destination.port, 587);
  for (const char* url : {"", "mail.bank.example", "http://mail", "smtp://", "smtps://mail:0",
                          "smtps://mail/x", "smtp://user@mail", "smtps://Mail"}) {
    EXPECT_FALSE(Relay::parse_server(url)) << url;
  }
}

}  // namespace
}  // namespace leadkeep::mail
