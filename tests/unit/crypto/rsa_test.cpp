#include <leadkeep/crypto/public_key.h>
#include <leadkeep/crypto/rsa.h>

#include <memory>
#include <string>

#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

namespace leadkeep::crypto {
namespace {

struct FreeKey {
  void operator()(EVP_PKEY* key) const noexcept { ::EVP_PKEY_free(key); }
};

using PeerKey = std::unique_ptr<EVP_PKEY, FreeKey>;

const RsaPrivateKey& key() {
  static const auto made = RsaPrivateKey::generate(2048);
  return made;
}

unsigned char* uchars(Bytes& bytes) {
  return reinterpret_cast<unsigned char*>(bytes.data());
}

const unsigned char* uchars(ByteView bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}

PeerKey public_key_of(const RsaPrivateKey& ours) {
  const Bytes spki = ours.public_key();
  const unsigned char* der = uchars(ByteView{spki});
  return PeerKey{::d2i_PUBKEY(nullptr, &der, static_cast<long>(spki.size()))};
}

// As somebody else encrypts to us.
Bytes encrypt(const RsaPrivateKey& to, const EVP_MD* label, const EVP_MD* mgf1, ByteView text) {
  const PeerKey peer = public_key_of(to);
  EVP_PKEY_CTX* context = ::EVP_PKEY_CTX_new(peer.get(), nullptr);
  EXPECT_EQ(::EVP_PKEY_encrypt_init(context), 1);
  EXPECT_EQ(::EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_OAEP_PADDING), 1);
  EXPECT_EQ(::EVP_PKEY_CTX_set_rsa_oaep_md(context, label), 1);
  EXPECT_EQ(::EVP_PKEY_CTX_set_rsa_mgf1_md(context, mgf1), 1);
  Bytes out(512);
  std::size_t size = out.size();
  EXPECT_EQ(::EVP_PKEY_encrypt(context, uchars(out), &size, uchars(text), text.size()), 1);
  out.resize(size);
  ::EVP_PKEY_CTX_free(context);
  return out;
}

std::string opened(const Oaep& oaep, ByteView ciphertext) {
  const auto plaintext = key().decrypt_oaep(oaep, ciphertext);
  return plaintext ? std::string{as_text(plaintext->expose())} : "refused";
}

TEST(RsaPrivateKey, OpensWhatWasEncryptedWithTheSameDigestsAndNothingElse) {
  struct Case {
    OaepDigest digest;
    const EVP_MD* md;
  };

  const Case cases[] = {{OaepDigest::kSha1, ::EVP_sha1()},
                        {OaepDigest::kSha256, ::EVP_sha256()},
                        {OaepDigest::kSha384, ::EVP_sha384()},
                        {OaepDigest::kSha512, ::EVP_sha512()}};
  for (const Case& label : cases) {
    for (const Case& mgf1 : cases) {
      const Bytes sealed = encrypt(key(), label.md, mgf1.md, as_bytes("a content key"));
      for (const Case& other_label : cases) {
        for (const Case& other_mgf1 : cases) {
          const bool same = label.digest == other_label.digest && mgf1.digest == other_mgf1.digest;
          EXPECT_EQ(opened({other_label.digest, other_mgf1.digest}, sealed),
                    same ? "a content key" : "refused");
        }
      }
    }
  }
}

TEST(RsaPrivateKey, OpensNothingOfAnotherLengthOrKey) {
  const auto other = RsaPrivateKey::generate(2048);
  const Bytes sealed = encrypt(other, ::EVP_sha1(), ::EVP_sha1(), as_bytes("a content key"));
  EXPECT_EQ(opened({}, sealed), "refused");
  EXPECT_EQ(opened({}, ByteView{}), "refused");
  EXPECT_EQ(opened({}, ByteView{sealed}.first(10)), "refused");
  EXPECT_EQ(opened({}, Bytes(1024, std::byte{0xff})), "refused");
}

TEST(RsaPrivateKey, SignsSoThatItsPublicKeyVerifies) {
  const Bytes signature = key().sign_sha256(as_bytes("a request"));
  const PeerKey peer = public_key_of(key());
  const auto verifies = [&](std::string_view data) {
    EVP_MD_CTX* context = ::EVP_MD_CTX_new();
    EXPECT_EQ(::EVP_DigestVerifyInit_ex(context, nullptr, "SHA256", nullptr, nullptr, peer.get(),
                                        nullptr),
              1);
    const bool good = ::EVP_DigestVerify(context, uchars(ByteView{signature}), signature.size(),
                                         uchars(as_bytes(data)), data.size()) == 1;
    ::EVP_MD_CTX_free(context);
    return good;
  };
  EXPECT_TRUE(verifies("a request"));
  EXPECT_FALSE(verifies("another request"));
}

TEST(RsaPrivateKey, IsTheSameAfterItWasWrittenAndRead) {
  const auto again = RsaPrivateKey::parse(key().pkcs8());
  ASSERT_TRUE(again.ok());
  EXPECT_EQ(again.value().public_key(), key().public_key());
}

TEST(RsaPrivateKey, IsNotReadFromAnythingElse) {
  const Bytes spki = key().public_key();
  SecretBytes cut = key().pkcs8();
  cut.cut_to(0, cut.size() - 1);
  EXPECT_FALSE(RsaPrivateKey::parse(SecretBytes{}).ok());
  EXPECT_FALSE(RsaPrivateKey::parse(SecretBytes::copy_of(as_bytes("nonsense"))).ok());
  EXPECT_FALSE(RsaPrivateKey::parse(SecretBytes::copy_of(spki)).ok());
  EXPECT_FALSE(RsaPrivateKey::parse(cut).ok());
}

Bytes spki_of(EVP_PKEY* made) {
  const PeerKey peer{made};
  Bytes spki(static_cast<std::size_t>(::i2d_PUBKEY(peer.get(), nullptr)));
  unsigned char* out = uchars(spki);
  EXPECT_GT(::i2d_PUBKEY(peer.get(), &out), 0);
  return spki;
}

TEST(PublicKey, IsRsaOrEcAndStrongEnoughOrNot) {
  const auto is_strong = [](EVP_PKEY* made) {
    const auto key = PublicKey::parse(spki_of(made));
    return key.has_value() && key->kind().is_strong();
  };
  EXPECT_TRUE(is_strong(::EVP_RSA_gen(2048)));
  EXPECT_FALSE(is_strong(::EVP_RSA_gen(1024)));
  EXPECT_TRUE(is_strong(::EVP_EC_gen("P-256")));
  EXPECT_TRUE(is_strong(::EVP_EC_gen("P-384")));
  EXPECT_FALSE(is_strong(::EVP_EC_gen("P-224")));
  EXPECT_EQ(PublicKey::parse(spki_of(::EVP_EC_gen("P-384")))->kind().bits, 384);
}

TEST(PublicKey, IsNothingElseAndNothingMore) {
  EXPECT_FALSE(PublicKey::parse(spki_of(::EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"))));
  Bytes spki = key().public_key();
  spki.push_back(std::byte{0});
  EXPECT_FALSE(PublicKey::parse(spki));
  EXPECT_FALSE(PublicKey::parse({}));
  EXPECT_FALSE(PublicKey::parse(as_bytes("nonsense")));
}

}  // namespace
}  // namespace leadkeep::crypto
