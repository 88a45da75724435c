import CLibCurl
import Glibc

/// How long, how much and whom to trust: what bounds every transfer.
public struct TransferOptions: Sendable {
  /// Seconds for a connection to come about, names looked up and encryption agreed on.
  public var connectTimeout = 15.0
  /// Seconds with fewer than ``stallBytes`` bytes each after which a transfer is given up.
  public var stallTimeout = 60.0
  /// Bytes a second below which a transfer counts as standing still.
  public var stallBytes = 16
  /// Seconds for a transfer as a whole.
  public var timeout = 900.0
  /// The longest body of an answer that is taken, bytes after unpacking.
  public var maximumBytes = 64 << 20
  /// A file of certificates (PEM) to trust instead of the system's, for a bureau's own authority.
  public var trustFile: String?

  /// The defaults.
  public init() {}
}

/// One easy handle of libcurl: its options typed, its answers collected, its errors told. Connections are kept between transfers.
///
/// The certificate of the host is always verified; only `http`, `https`, `smtp` and `smtps` are spoken; proxies come from the
/// environment (`https_proxy`, `http_proxy`, `all_proxy`, `no_proxy`), as libcurl reads it.
final class CurlHandle {
  /// What libcurl's callbacks work on; it lives for one transfer.
  final class Exchange {
    /// Where bodies go; it may throw.
    var sink: ((UnsafeRawBufferPointer) throws -> Void)?
    /// What the sink threw.
    var sinkFailure: (any Error)?
    var statusLine: Int?
    var headers = HTTPHeaders()
    var headerBytes = 0
    /// The body, or its beginning where the status is no success.
    var body: [UInt8] = []
    var bodyBytes = 0
    var limit = Int.max
    var isTooLarge = false
    /// Bytes to send, and how many are sent.
    var upload: [UInt8] = []
    var sent = 0

    static let keptOfFailure = 64 << 10
    static let headerLimit = 256 << 10

    func receive(_ bytes: UnsafeRawBufferPointer) -> Bool {
      bodyBytes += bytes.count
      guard bodyBytes <= limit else {
        isTooLarge = true
        return false
      }
      guard (200...299).contains(statusLine ?? 200) else {
        body += bytes.prefix(max(0, Self.keptOfFailure - body.count))
        return true
      }
      guard let sink else {
        body += bytes
        return true
      }
      do { try sink(bytes) } catch {
        sinkFailure = error
        return false
      }
      return true
    }

    func receiveHeader(_ bytes: UnsafeRawBufferPointer) -> Bool {
      headerBytes += bytes.count
      guard headerBytes <= Self.headerLimit else { return false }
      let line = String(decoding: bytes, as: UTF8.self).filter { !$0.isNewline }
      if line.hasPrefix("HTTP/") {
        // A further status line follows a preliminary answer.
        headers = HTTPHeaders()
        statusLine = line.split(separator: " ").dropFirst().first.flatMap { Int($0) }
      } else if let colon = line.firstIndex(of: ":") {
        func trimmed(_ text: Substring) -> String {
          String(text.drop { $0 == " " || $0 == "\t" }.reversed().drop { $0 == " " || $0 == "\t" }.reversed())
        }
        headers.add(trimmed(line[..<colon]), trimmed(line[line.index(after: colon)...]))
      }
      return true
    }

    func send(into space: UnsafeMutableRawBufferPointer) -> Int {
      let count = min(space.count, upload.count - sent)
      upload.withUnsafeBytes { space.copyBytes(from: $0[sent..<sent + count]) }
      sent += count
      return count
    }
  }

  private static let isReady = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK

  let pointer: UnsafeMutableRawPointer
  private let complaint = UnsafeMutableBufferPointer<CChar>.allocate(capacity: Int(CURL_ERROR_SIZE))
  private var lists: [UnsafeMutablePointer<curl_slist>] = []

  init() throws(TransferError) {
    guard Self.isReady, let pointer = curl_easy_init() else {
      throw TransferError(.outOfMemory, "libcurl cannot be set up")
    }
    self.pointer = pointer
    complaint.initialize(repeating: 0)
  }

  deinit {
    curl_easy_cleanup(pointer)
    complaint.deallocate()
    for list in lists { curl_slist_free_all(list) }
  }

  /// Forgets all options of the transfer before and sets those that hold for every one.
  func prepare(_ options: TransferOptions) {
    curl_easy_reset(pointer)
    for list in lists { curl_slist_free_all(list) }
    lists = []
    complaint[0] = 0
    lw_curl_set_pointer(pointer, CURLOPT_ERRORBUFFER, complaint.baseAddress)
    set(CURLOPT_NOSIGNAL, 1)
    set(CURLOPT_PROTOCOLS_STR, "http,https,smtp,smtps")
    set(CURLOPT_FOLLOWLOCATION, 0)
    set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1)
    set(CURLOPT_SSL_VERIFYPEER, 1)
    set(CURLOPT_SSL_VERIFYHOST, 2)
    set(CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2))
    if let file = options.trustFile { set(CURLOPT_CAINFO, file) }
    set(CURLOPT_CONNECTTIMEOUT_MS, max(1, Int(options.connectTimeout * 1000)))
    set(CURLOPT_TIMEOUT_MS, max(1, Int(options.timeout * 1000)))
    set(CURLOPT_LOW_SPEED_LIMIT, options.stallBytes)
    set(CURLOPT_LOW_SPEED_TIME, max(1, Int(options.stallTimeout)))
    lw_curl_set_size(pointer, CURLOPT_MAXFILESIZE_LARGE, curl_off_t(options.maximumBytes))
  }

  func set(_ option: CURLoption, _ value: Int) { lw_curl_set_long(pointer, option, value) }
  func set(_ option: CURLoption, _ value: String) { lw_curl_set_text(pointer, option, value) }

  /// Sets a list of texts, which libcurl reads until the next ``prepare(_:)``.
  func set(_ option: CURLoption, _ values: [String]) throws(TransferError) {
    var list: UnsafeMutablePointer<curl_slist>?
    for value in values {
      guard let longer = curl_slist_append(list, value) else {
        curl_slist_free_all(list)
        throw TransferError(.outOfMemory, "no memory is left for a request")
      }
      list = longer
    }
    guard let list else { return }
    lists.append(list)
    lw_curl_set_list(pointer, option, list)
  }

  /// Runs the transfer that was set up.
  func perform(_ exchange: Exchange) -> CURLcode {
    let context = Unmanaged.passUnretained(exchange).toOpaque()
    lw_curl_set_pointer(pointer, CURLOPT_WRITEDATA, context)
    lw_curl_set_data(pointer, CURLOPT_WRITEFUNCTION) { bytes, size, count, context in
      guard let exchange = CurlHandle.exchange(context) else { return 0 }
      return exchange.receive(UnsafeRawBufferPointer(start: bytes, count: size * count)) ? size * count : 0
    }
    lw_curl_set_pointer(pointer, CURLOPT_HEADERDATA, context)
    lw_curl_set_data(pointer, CURLOPT_HEADERFUNCTION) { bytes, size, count, context in
      guard let exchange = CurlHandle.exchange(context) else { return 0 }
      return exchange.receiveHeader(UnsafeRawBufferPointer(start: bytes, count: size * count)) ? size * count : 0
    }
    lw_curl_set_pointer(pointer, CURLOPT_READDATA, context)
    lw_curl_set_data(pointer, CURLOPT_READFUNCTION) { space, size, count, context in
      guard let exchange = CurlHandle.exchange(context) else { return 0 }
      return exchange.send(into: UnsafeMutableRawBufferPointer(start: space, count: size * count))
    }
    return withExtendedLifetime(exchange) { curl_easy_perform(pointer) }
  }

  private static func exchange(_ context: UnsafeMutableRawPointer?) -> Exchange? {
    context.map { Unmanaged<Exchange>.fromOpaque($0).takeUnretainedValue() }
  }

  /// The last status of HTTP or reply code of SMTP; 0 for none.
  var status: Int {
    var status = 0
    lw_curl_get_long(pointer, CURLINFO_RESPONSE_CODE, &status)
    return status
  }

  /// libcurl's own words for what went wrong.
  func words(_ code: CURLcode) -> String {
    let own = complaint.baseAddress.map { String(cString: $0) } ?? ""
    return own.isEmpty ? String(cString: curl_easy_strerror(code)) : own
  }

  /// Tells what went wrong with a transfer.
  /// - Parameters:
  ///   - place: where to, without secrets.
  ///   - wasSent: whether all of the request was handed to the connection.
  func failure(
    _ code: CURLcode, _ exchange: Exchange, _ place: String, _ options: TransferOptions, _ secrets: Secrets,
    wasSent: Bool
  ) -> TransferError {
    let words = secrets.hidden(in: self.words(code))
    let (kind, advice) = verdict(code, exchange, words)
    let text: String
    switch kind {
    case .tooLarge: text = "the answer of \(place) is longer than \(options.maximumBytes) bytes"
    case .stalled:
      text = "\(place) stands still: fewer than \(options.stallBytes) bytes a second for \(Int(options.stallTimeout)) s"
    default: text = "\(place): \(kind): \(words)"
    }
    return TransferError(
      kind, secrets.hidden(in: text), advice: advice, status: status > 0 ? status : nil,
      mayHaveArrived: wasSent && ![.unknownHost, .unreachable, .untrusted, .noEncryption].contains(kind))
  }

  private func verdict(_ code: CURLcode, _ exchange: Exchange, _ words: String) -> (TransferError.Code, String?) {
    if exchange.isTooLarge || code == CURLE_FILESIZE_EXCEEDED {
      return (.tooLarge, "ask for smaller pages, or raise the limit")
    }
    switch code {
    case CURLE_URL_MALFORMAT: return (.invalidAddress, "check the address")
    case CURLE_COULDNT_RESOLVE_HOST: return (.unknownHost, "check the name of the host, and the network")
    case CURLE_COULDNT_RESOLVE_PROXY:
      return (.unknownHost, "check https_proxy, http_proxy and no_proxy in the environment")
    case CURLE_COULDNT_CONNECT, CURLE_INTERFACE_FAILED:
      return (.unreachable, "check host, port, proxy and firewall, or try again later")
    case CURLE_OPERATION_TIMEDOUT:
      return words.hasPrefix("Operation too slow") ? (.stalled, "try again later") : (.timeout, "try again later")
    case CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_ISSUER_ERROR, CURLE_SSL_INVALIDCERTSTATUS:
      return (.untrusted, "if the host uses its own authority, name that authority's certificate as the file to trust")
    case CURLE_SSL_CACERT_BADFILE:
      return (.untrusted, "the file of certificates to trust is missing or unreadable: check its path")
    case CURLE_USE_SSL_FAILED:
      return (.noEncryption, "the server offers no encryption on this port: ask for the right port")
    case CURLE_LOGIN_DENIED, CURLE_AUTH_ERROR: return (.denied, "check user and password")
    case CURLE_OUT_OF_MEMORY: return (.outOfMemory, nil)
    case CURLE_SSL_CONNECT_ERROR where status == 0:
      return (.unreachable, "check that this port speaks TLS, or try again later")
    case CURLE_WEIRD_SERVER_REPLY, CURLE_WRITE_ERROR, CURLE_UNSUPPORTED_PROTOCOL:
      return (.badAnswer, "check the address")
    default: return (.cutShort, "try again later")
    }
  }
}
