import CLibCurl

/// Asks web servers, over libcurl.
///
/// A client is used by one thread at a time, keeps its connections between requests, and blocks until the answer is there or the limits
/// of its options are reached. Redirects are not followed, because credentials would go along. An answer of any status is returned;
/// ``HTTPResponse/requireSuccess(also:)`` refuses all but success.
///
///     let client = try HTTPClient()
///     let answer = try client.send(HTTPRequest(.get, try WebAddress("https://example.org/jobs")))
///     try answer.requireSuccess()
public final class HTTPClient {
  /// What bounds each transfer.
  public let options: TransferOptions
  private let handle: CurlHandle

  /// A client with those bounds.
  public init(options: TransferOptions = TransferOptions()) throws(TransferError) {
    self.options = options
    handle = try CurlHandle()
  }

  /// Sends a request and holds the answer's body in memory.
  /// - Throws: ``TransferError``: a body that ends before its announced end is one of code `cutShort`.
  public func send(_ request: HTTPRequest) throws(TransferError) -> HTTPResponse {
    do { return try send(request, sink: nil) } catch let error as TransferError { throw error } catch {
      // Nothing else is thrown where there is no sink.
      throw TransferError(.misuse, "\(error)")
    }
  }

  /// Sends a request and hands the body over as it arrives, in constant memory; of an answer whose status is no success, nothing is handed over.
  ///
  /// The bytes are valid only inside `sink`. Where the transfer breaks, bytes have been handed over that must be thrown away.
  /// - Throws: ``TransferError``, or what `sink` throws, which ends the transfer.
  public func send(
    _ request: HTTPRequest, into sink: (UnsafeRawBufferPointer) throws -> Void
  ) throws -> HTTPResponse {
    try withoutActuallyEscaping(sink) { try send(request, sink: $0) }
  }

  private func send(
    _ request: HTTPRequest, sink: ((UnsafeRawBufferPointer) throws -> Void)?
  ) throws -> HTTPResponse {
    let fields = try Self.lines(request)
    let exchange = CurlHandle.Exchange()
    exchange.sink = sink
    exchange.limit = options.maximumBytes
    exchange.upload = request.body
    defer { exchange.sink = nil }
    handle.prepare(options)
    handle.set(CURLOPT_URL, request.address.text)
    handle.set(CURLOPT_ACCEPT_ENCODING, "")
    handle.set(CURLOPT_USERAGENT, "labourwatch")
    if request.method == .post {
      handle.set(CURLOPT_POST, 1)
      lw_curl_set_size(handle.pointer, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(request.body.count))
    }
    try handle.set(CURLOPT_HTTPHEADER, fields)
    let code = handle.perform(exchange)
    if let failure = exchange.sinkFailure { throw failure }
    guard code == CURLE_OK else {
      throw handle.failure(
        code, exchange, request.address.description, options, request.secrets,
        wasSent: request.method == .post && exchange.sent == request.body.count)
    }
    return HTTPResponse(
      address: request.address, status: handle.status, headers: exchange.headers, body: exchange.body,
      bytes: exchange.bodyBytes)
  }

  /// The header's lines, with what libcurl would add by itself taken out.
  private static func lines(_ request: HTTPRequest) throws(TransferError) -> [String] {
    var lines = ["Expect:"]
    for (name, value) in request.headers.fields {
      let isName =
        !name.isEmpty
        && name.utf8.allSatisfy {
          (0x30...0x39).contains($0) || (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0)
            || "!#$%&'*+-.^_`|~".utf8.contains($0)
        }
      guard isName, !value.utf8.contains(where: { ($0 < 0x20 && $0 != 0x09) || $0 == 0x7F }) else {
        throw TransferError(
          .misuse, "the header field “\(isName ? name : "?")” of a request to \(request.address) cannot be sent",
          advice: "a name is one word, and a value one line: look for a line break at the end of the secret")
      }
      lines.append(value.isEmpty ? "\(name);" : "\(name): \(value)")
    }
    if request.method == .post, request.headers["content-type"] == nil {
      lines.append("Content-Type: application/json")
    }
    return lines
  }
}
