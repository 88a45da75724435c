import FaultHarness
import Foundation
import Testing

@Suite("Seeded faults: a slice of `make faults`")
struct FaultSliceTests {
  /// Quick ones of most kinds, on the ingestion of small files; the last four on that of officers' lists.
  private static let seeds = [1, 11, 16, 31, 41, 46, 56, 61, 431, 481, 494, 498, 521]

  @Test("After each fault and one more run nothing is lost, nothing doubled, nothing left over")
  func slice() throws {
    let here = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent().path
    let suite = FaultSuite(
      .init(program: here + "/labourwatch", shim: here + "/libFaultShim.so", seeds: Self.seeds))
    let results = try suite.run { _ in }
    #expect(results.count == Self.seeds.count)
    for result in results { #expect(result.complaints.isEmpty, "\(result.line)") }
  }
}
