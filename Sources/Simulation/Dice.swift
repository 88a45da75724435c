import Glibc

/// A seeded source of random numbers with the draws that the simulation needs.
///
/// Generator: xoshiro256** (Blackman and Vigna, "Scrambled linear pseudorandom number generators", 2018), its state filled by SplitMix64.
/// Each purpose has a stream of its own, keyed by the seed, a label and numbers: a change of one part of the city does not
/// shift the draws of another. Not for anything secret.
struct Dice {
  private var state: (UInt64, UInt64, UInt64, UInt64)

  /// The stream of a seed, a label and some numbers.
  init(seed: UInt64, _ label: String, _ keys: Int...) {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325  // FNV-1a, 64 bits
    for byte in label.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
    for key in keys { hash = (hash ^ UInt64(bitPattern: Int64(key))) &* 0x100_0000_01B3 }
    var x = seed ^ hash
    func next() -> UInt64 {
      x &+= 0x9E37_79B9_7F4A_7C15
      var z = x
      z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
      z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
      return z ^ (z >> 31)
    }
    state = (next(), next(), next(), next())
  }

  private mutating func bits() -> UInt64 {
    let product = state.1 &* 5
    let result = ((product << 7) | (product >> 57)) &* 9
    let t = state.1 << 17
    state.2 ^= state.0
    state.3 ^= state.1
    state.1 ^= state.2
    state.0 ^= state.3
    state.2 ^= t
    state.3 = (state.3 << 45) | (state.3 >> 19)
    return result
  }

  /// Uniform in 0 ..< 1.
  mutating func unit() -> Double { Double(bits() >> 11) * 0x1p-53 }

  /// Uniform in a range of numbers.
  mutating func between(_ low: Double, _ high: Double) -> Double { low + (high - low) * unit() }

  /// Uniform among the whole numbers of a range; the lower bound where the range is empty.
  mutating func whole(_ low: Int, _ high: Int) -> Int {
    high <= low ? low : low + Int(unit() * Double(high - low + 1))
  }

  /// True with a probability.
  mutating func chance(_ probability: Double) -> Bool { unit() < probability }

  /// Standard normal (Box–Muller).
  mutating func normal() -> Double {
    let u = 1 - unit()
    return sqrt(-2 * log(u)) * cos(2 * Double.pi * unit())
  }

  /// Number of successes in `trials`, one draw each. Complexity: O(trials).
  mutating func binomial(_ trials: Int, _ probability: Double) -> Int {
    guard trials > 0, probability > 0 else { return 0 }
    var successes = 0
    for _ in 0..<trials where unit() < probability { successes += 1 }
    return successes
  }

  /// Poisson count: Knuth's product of uniforms, in pieces of mean at most 20. Complexity: O(mean).
  mutating func poisson(_ mean: Double) -> Int {
    var left = mean
    var count = 0
    while left > 0 {
      let piece = min(left, 20)
      left -= piece
      let limit = exp(-piece)
      var product = unit()
      while product > limit {
        count += 1
        product *= unit()
      }
    }
    return count
  }

  /// A whole number next to a value whose expectation is the value.
  mutating func rounded(_ value: Double) -> Int {
    let floor = value.rounded(.down)
    return Int(floor) + (chance(value - floor) ? 1 : 0)
  }

  /// An index drawn by weights; the last one where all weights are zero. Complexity: O(number of weights).
  mutating func index(_ weights: [Double]) -> Int {
    var total = 0.0
    for weight in weights { total += weight }
    var left = unit() * total
    for (index, weight) in weights.enumerated() {
      left -= weight
      if left < 0 { return index }
    }
    return weights.count - 1
  }

  /// One of the elements; `fallback` where there is none.
  mutating func pick<Element>(_ elements: [Element], else fallback: Element) -> Element {
    elements.isEmpty ? fallback : elements[whole(0, elements.count - 1)]
  }

  /// A text of characters drawn from an alphabet of ASCII bytes.
  mutating func text(_ alphabet: [UInt8], count: Int) -> [UInt8] {
    (0..<count).map { _ in alphabet[whole(0, alphabet.count - 1)] }
  }
}
