@testable import Forecasting

/// A seeded generator (SplitMix64; Steele, Lea and Flood 2014), so that a failing test can be replayed.
struct SeededGenerator: RandomNumberGenerator {
  var state: UInt64
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
  mutating func normal() -> Double {
    Statistics.normalQuantile(Double.random(in: 1e-9..<1, using: &self))
  }
}

/// Monthly passengers of the Box–Jenkins airline data (Box and Jenkins 1976, series G), 1949-01 to 1960-12.
let airPassengers: [Double] = [
  112, 118, 132, 129, 121, 135, 148, 148, 136, 119, 104, 118, 115, 126, 141, 135, 125, 149, 170, 170, 158, 133, 114,
  140,
  145, 150, 178, 163, 172, 178, 199, 199, 184, 162, 146, 166, 171, 180, 193, 181, 183, 218, 230, 242, 209, 191, 172,
  194,
  196, 196, 236, 235, 229, 243, 264, 272, 237, 211, 180, 201, 204, 188, 235, 227, 234, 264, 302, 293, 259, 229, 203,
  229,
  242, 233, 267, 269, 270, 315, 364, 347, 312, 274, 237, 278, 284, 277, 317, 313, 318, 374, 413, 405, 355, 306, 271,
  306,
  315, 301, 356, 348, 355, 422, 465, 467, 404, 347, 305, 336, 340, 318, 362, 348, 363, 435, 491, 505, 404, 359, 310,
  337,
  360, 342, 406, 396, 420, 472, 548, 559, 463, 407, 362, 405, 417, 391, 419, 461, 472, 535, 622, 606, 508, 461, 390,
  432,
]

/// A panel of seasonal random walks.
func syntheticPanel(series: Int, length: Int, seed: UInt64) -> Panel {
  var generator = SeededGenerator(state: seed)
  return Panel(
    series: (0..<series).map { i in
      var level = 5 + generator.normal()
      let amplitude = Double.random(in: 0.02...0.2, using: &generator)
      let values = (0..<length).map { t -> Double in
        level += 0.01 * generator.normal() + 0.002
        let angle = Double((t + i) % 12)
        return (level + amplitude * (angle < 6 ? angle : 12 - angle) + 0.01 * generator.normal()) * 10
      }
      return Series(id: "s\(i)", start: 24000, values: values)
    })
}
