#include "handle_words.h"

#include <array>

namespace leadkeep::privacy {
namespace {

// clang-format off
constexpr auto kFirstWords = std::to_array<std::string_view>({
    "Airy", "Alpine", "Amber", "Arctic", "Azure", "Balmy", "Beige", "Bold", "Brave", "Breezy",
    "Bright", "Brisk", "Bronze", "Calm", "Candid", "Careful", "Cheerful", "Chilly", "Classic",
    "Clear", "Clever", "Cobalt", "Copper", "Coral", "Cosmic", "Cosy", "Crimson", "Crisp",
    "Curious", "Daring", "Distant", "Earnest", "Elegant", "Emerald", "Fancy", "Fluffy", "Fresh",
    "Frosty", "Garnet", "Gentle", "Glad", "Gleaming", "Glossy", "Golden", "Graceful", "Grand",
    "Happy", "Hardy", "Hidden", "Humble", "Indigo", "Inland", "Ivory", "Jolly", "Jovial",
    "Joyful", "Kind", "Lasting", "Leafy", "Lemon", "Lilac", "Lively", "Lofty", "Lucky", "Lunar",
    "Magenta", "Mauve", "Mellow", "Merry", "Mighty", "Mint", "Misty", "Modest", "Mossy", "Navy",
    "Nimble", "Noble", "Ochre", "Orange", "Patient", "Peach", "Pink", "Placid", "Plum", "Polar",
    "Polite", "Proud", "Purple", "Quick", "Quiet", "Rapid", "Ready", "Robust", "Royal", "Russet",
    "Rustic", "Sable", "Saffron", "Salmon", "Sapphire", "Sepia", "Serene", "Shiny", "Silent",
    "Silky", "Silver", "Slate", "Smooth", "Snowy", "Social", "Solar", "Solid", "Sonic", "Spry",
    "Stable", "Starry", "Steady", "Sturdy", "Subtle", "Sunny", "Swift", "Tawny", "Teal", "Tender",
    "Tidal", "Tidy", "Topaz", "Tranquil", "Turquoise", "Umber", "Upbeat", "Vanilla", "Velvet",
    "Vivid", "Warm", "Wise", "Woven", "Zesty",
});

constexpr auto kSecondWords = std::to_array<std::string_view>({
    "Acacia", "Acorn", "Alder", "Almond", "Anchor", "Anvil", "Arrow", "Aster", "Badger", "Bamboo",
    "Beacon", "Birch", "Bison", "Bluebell", "Bobcat", "Boulder", "Bridge", "Buttercup", "Cactus",
    "Camel", "Candle", "Caribou", "Cedar", "Cheetah", "Comet", "Compass", "Condor", "Cottage",
    "Coyote", "Crane", "Cricket", "Curlew", "Cypress", "Daffodil", "Dolphin", "Dragonfly",
    "Eagle", "Egret", "Elk", "Elm", "Ermine", "Falcon", "Feather", "Ferret", "Fiddle", "Finch",
    "Fir", "Firefly", "Flamingo", "Fountain", "Galaxy", "Gazelle", "Gecko", "Giraffe", "Glacier",
    "Grouse", "Gull", "Hamster", "Harbour", "Hare", "Harp", "Hazelnut", "Heron", "Hornbill",
    "Ibex", "Ibis", "Iguana", "Impala", "Island", "Jackdaw", "Jaguar", "Kestrel", "Kettle",
    "Kingfisher", "Kite", "Koala", "Ladder", "Lagoon", "Lantern", "Larch", "Lavender", "Lemur",
    "Leopard", "Lighthouse", "Linnet", "Llama", "Lobster", "Lotus", "Lynx", "Magpie", "Mallard",
    "Maple", "Marmot", "Marten", "Meadow", "Meerkat", "Moose", "Mountain", "Narwhal", "Newt",
    "Nightingale", "Ocelot", "Octopus", "Orchid", "Oriole", "Osprey", "Ostrich", "Otter", "Owl",
    "Paddle", "Panda", "Panther", "Parrot", "Pebble", "Pelican", "Penguin", "Petrel", "Pheasant",
    "Piano", "Pine", "Planet", "Plover", "Pony", "Poplar", "Prairie", "Primrose", "Puffin",
    "Puma", "Quail", "Quartz", "Rabbit", "Reindeer", "River", "Rocket", "Sail", "Salamander",
    "Seal", "Sparrow", "Spruce", "Squirrel", "Starling", "Stork", "Summit", "Swan", "Sycamore",
    "Tapir", "Teapot", "Tern", "Thistle", "Tiger", "Toucan", "Trumpet", "Tulip", "Turtle",
    "Valley", "Violin", "Walnut", "Walrus", "Warbler", "Waterfall", "Windmill", "Wombat",
    "Woodpecker", "Zebra",
});
// clang-format on

}  // namespace

std::span<const std::string_view> first_words() noexcept {
  return kFirstWords;
}

std::span<const std::string_view> second_words() noexcept {
  return kSecondWords;
}

}  // namespace leadkeep::privacy
