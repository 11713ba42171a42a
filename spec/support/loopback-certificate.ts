/**
 * A certificate for 127.0.0.1 that is its own authority, with its key, for the specs alone; it guards nothing. Made by
 *
 *     openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 36500 \
 *       -subj '/CN=nps-kata specs' -addext 'subjectAltName=IP:127.0.0.1' -keyout key.pem -out cert.pem
 */
export const loopbackCertificate = {
  cert: `-----BEGIN CERTIFICATE-----
MIIBmjCCAUCgAwIBAgIUGTLniHMFpzJNJq1mn+vpve23Yi0wCgYIKoZIzj0EAwIw
GTEXMBUGA1UEAwwObnBzLWthdGEgc3BlY3MwIBcNMjYxMTI1MDExMjU4WhgPMjEy
NjExMDEwMTEyNThaMBkxFzAVBgNVBAMMDm5wcy1rYXRhIHNwZWNzMFkwEwYHKoZI
zj0CAQYIKoZIzj0DAQcDQgAEHAUI3kENF+jUw0V7GZVO2by3+DJIpz8+E0UgMg/L
jOOhgUmlX00d3nQdmzo5jlYc6rUNMEa9qoMRVJxFnwAt6aNkMGIwHQYDVR0OBBYE
FMVc2Wb9qWwudt4hMn4bowHW+8gDMB8GA1UdIwQYMBaAFMVc2Wb9qWwudt4hMn4b
owHW+8gDMA8GA1UdEwEB/wQFMAMBAf8wDwYDVR0RBAgwBocEfwAAATAKBggqhkjO
PQQDAgNIADBFAiEAtmVW15YUl3zLMxEC2FJk/uDt+d066+486rMwmwSHvGQCIANr
XHF18KyJutEPpjLh7/YjlEgkvP2UanLMZoLk9FP4
-----END CERTIFICATE-----`,
  key: `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgzRF6FwmlGcLiE/z/
MUX4hF8DnhwAqQ1rsVlRTzYi4mShRANCAAQcBQjeQQ0X6NTDRXsZlU7ZvLf4Mkin
Pz4TRSAyD8uM46GBSaVfTR3edB2bOjmOVhzqtQ0wRr2qgxFUnEWfAC3p
-----END PRIVATE KEY-----`,
} as const;
