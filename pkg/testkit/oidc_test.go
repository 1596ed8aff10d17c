package testkit

import (
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"io"
	"math/big"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

const verifier = "a verifier of at least forty-three characters"

// visit sends a browser to the provider, and answers what it comes back with.
func visit(t *testing.T, p *Provider, change func(url.Values)) url.Values {
	t.Helper()
	challenge := sha256.Sum256([]byte(verifier))
	q := url.Values{
		"client_id": {p.ClientID}, "redirect_uri": {p.Redirect}, "response_type": {"code"}, "scope": {"openid email"},
		"state": {"s"}, "nonce": {"n"}, "code_challenge": {encode(challenge[:])}, "code_challenge_method": {"S256"},
	}
	if change != nil {
		change(q)
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, p.Issuer+"/authorize?"+q.Encode(), nil)
	if err != nil {
		t.Fatal(err)
	}
	res, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close()
	if res.StatusCode != http.StatusFound {
		return nil
	}
	back, err := res.Location()
	if err != nil || !strings.HasPrefix(back.String(), p.Redirect) || back.Query().Get("state") != "s" {
		t.Fatalf("the browser comes back to %s: %v", back, err)
	}
	return back.Query()
}

// exchange exchanges a code, and answers what the provider says.
func exchange(t *testing.T, p *Provider, form url.Values) (status int, answered map[string]any) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, p.Issuer+"/token", strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return fetch(t, req)
}

func fetch(t *testing.T, req *http.Request) (status int, answered map[string]any) {
	t.Helper()
	res, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	_ = json.Unmarshal(text, &answered) // an error page is none
	return res.StatusCode, answered
}

func newProvider(t *testing.T) *Provider {
	p := NewProvider(t)
	p.Redirect = "http://127.0.0.1:1/connect/oidc"
	p.SignIn("sub", "7", "email", "a@example.org", "email_verified", true)
	return p
}

func form(p *Provider, code string) url.Values {
	return url.Values{
		"grant_type": {"authorization_code"}, "code": {code}, "redirect_uri": {p.Redirect}, "code_verifier": {verifier},
		"client_id": {p.ClientID}, "client_secret": {p.ClientSecret},
	}
}

func TestProviderTellsWhoSignsIn(t *testing.T) {
	t.Parallel()
	p := newProvider(t)
	code := visit(t, p, nil).Get("code")
	status, token := exchange(t, p, form(p, code))
	if status != http.StatusOK {
		t.Fatalf("status %d: %v", status, token)
	}
	idToken, _ := token["id_token"].(string)
	unsigned, signature, _ := strings.Cut(idToken, ".")
	payload, signature, _ := strings.Cut(signature, ".")
	text, err := base64.RawURLEncoding.DecodeString(payload)
	if err != nil {
		t.Fatal(err)
	}
	var claims map[string]any
	if err := json.Unmarshal(text, &claims); err != nil || claims["sub"] != "7" || claims["iss"] != p.Issuer || claims["nonce"] != "n" {
		t.Errorf("the claims are %s: %v", text, err)
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, p.Issuer+"/jwks", nil)
	if err != nil {
		t.Fatal(err)
	}
	_, published := fetch(t, req)
	key, _ := published["keys"].([]any)[0].(map[string]any)
	n, _ := base64.RawURLEncoding.DecodeString(key["n"].(string))
	e, _ := base64.RawURLEncoding.DecodeString(key["e"].(string))
	sum := sha256.Sum256([]byte(unsigned + "." + payload))
	sig, _ := base64.RawURLEncoding.DecodeString(signature)
	public := &rsa.PublicKey{N: new(big.Int).SetBytes(n), E: int(new(big.Int).SetBytes(e).Int64())}
	if err := rsa.VerifyPKCS1v15(public, crypto.SHA256, sum[:], sig); err != nil {
		t.Errorf("the signature: %v", err)
	}
	req, err = http.NewRequestWithContext(t.Context(), http.MethodGet, p.Issuer+"/userinfo", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+token["access_token"].(string))
	if status, user := fetch(t, req); status != http.StatusOK || user["email"] != "a@example.org" {
		t.Errorf("userinfo answers %d, %v", status, user)
	}
	req.Header.Set("Authorization", "Bearer none")
	if status, _ := fetch(t, req); status != http.StatusUnauthorized {
		t.Errorf("userinfo answers a stranger %d", status)
	}
}

func TestProviderIsStrict(t *testing.T) {
	t.Parallel()
	p := newProvider(t)
	for name, change := range map[string]func(url.Values){
		"client_id":    func(q url.Values) { q.Set("client_id", "another") },
		"redirect_uri": func(q url.Values) { q.Set("redirect_uri", p.Redirect+"/more") },
	} {
		if back := visit(t, p, change); back != nil {
			t.Errorf("with a wrong %s the browser comes back with %v", name, back)
		}
	}
	for want, change := range map[string]func(url.Values){
		"unsupported_response_type": func(q url.Values) { q.Set("response_type", "token") },
		"invalid_scope":             func(q url.Values) { q.Set("scope", "email") },
		"invalid_request":           func(q url.Values) { q.Del("code_challenge") },
	} {
		if back := visit(t, p, change); back.Get("error") != want || back.Has("code") {
			t.Errorf("the browser comes back with %v, want %s", back, want)
		}
	}
	for name, value := range map[string]string{
		"code": "another", "code_verifier": "another", "redirect_uri": "http://127.0.0.1:1/", "grant_type": "password", "client_secret": "another",
	} {
		f := form(p, visit(t, p, nil).Get("code"))
		f.Set(name, value)
		if status, answered := exchange(t, p, f); status < 400 || answered["id_token"] != nil {
			t.Errorf("with a wrong %s it answers %d, %v", name, status, answered)
		}
	}
	f := form(p, visit(t, p, nil).Get("code"))
	if status, _ := exchange(t, p, f); status != http.StatusOK {
		t.Errorf("status %d", status)
	}
	if status, answered := exchange(t, p, f); status != http.StatusBadRequest || answered["error"] != "invalid_grant" {
		t.Errorf("the code for the second time: %d, %v", status, answered)
	}
	p.SignIn()
	if back := visit(t, p, nil); back.Get("error") != "access_denied" {
		t.Errorf("who declines comes back with %v", back)
	}
}
