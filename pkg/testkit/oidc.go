package testkit

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"math/big"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

const (
	// codeValid is how long the provider's codes can be exchanged, tokenValid how long its tokens hold.
	codeValid  = time.Minute
	tokenValid = time.Hour
)

// Provider is an OpenID Connect provider on this machine, which is as strict as those outside:
// discovery, authorisation codes with PKCE, RS256 keys that can be rotated, and userinfo.
type Provider struct {
	// Issuer is its URL; ClientID and ClientSecret are what it knows its only client by.
	Issuer, ClientID, ClientSecret string
	// Redirect is where it sends browsers back to, and nowhere else.
	Redirect string

	mu sync.Mutex
	// user has the claims of who is signed in there; nil is somebody who declines.
	user map[string]any
	// key is published, and signs.
	key signingKey
	// grants are what codes and access tokens stand for.
	grants map[string]*grant
	// spoil changes the claims of an id token before it is signed.
	spoil func(claims map[string]any)
	// broken has the status that a path answers with instead.
	broken map[string]int
	// held paths answer when the client has given up.
	held map[string]bool
}

type signingKey struct {
	id string
	*rsa.PrivateKey
}

type grant struct {
	challenge, nonce string
	claims           map[string]any
	expires          time.Time
}

// NewProvider starts a provider that runs until the test ends.
func NewProvider(t testing.TB) *Provider {
	t.Helper()
	p := &Provider{
		ClientID: "afterglow", ClientSecret: rand.Text(),
		grants: map[string]*grant{}, broken: map[string]int{}, held: map[string]bool{},
	}
	p.Rotate(t)
	mux := http.NewServeMux()
	for path, handle := range map[string]http.HandlerFunc{
		"GET /.well-known/openid-configuration": p.discovery,
		"GET /jwks":                             p.jwks,
		"GET /authorize":                        p.authorize,
		"POST /token":                           p.token,
		"GET /userinfo":                         p.userinfo,
	} {
		mux.HandleFunc(path, func(w http.ResponseWriter, r *http.Request) {
			p.mu.Lock()
			status, held := p.broken[r.URL.Path], p.held[r.URL.Path]
			p.mu.Unlock()
			switch {
			case held:
				_, _ = io.Copy(io.Discard, r.Body) // from then on it is heard when the client gives up
				<-r.Context().Done()
			case status != 0:
				http.Error(w, http.StatusText(status), status)
			default:
				handle(w, r)
			}
		})
	}
	server := httptest.NewServer(mux)
	t.Cleanup(func() {
		server.CloseClientConnections() // what is held ends
		server.Close()
	})
	p.Issuer = server.URL
	return p
}

// SignIn lets somebody be signed in at the provider: pairs of a claim and its value, "sub" among
// them. Without any, they decline to tell who they are.
func (p *Provider) SignIn(claims ...any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.user = nil
	for i := 0; i+1 < len(claims); i += 2 {
		if p.user == nil {
			p.user = map[string]any{}
		}
		p.user[claims[i].(string)] = claims[i+1]
	}
}

// Rotate takes a new key to sign with, and no longer publishes the former one.
func (p *Provider) Rotate(t testing.TB) {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.key = signingKey{rand.Text(), key}
}

// Spoil changes the claims of every id token before it is signed; nil changes nothing again.
func (p *Provider) Spoil(change func(claims map[string]any)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.spoil = change
}

// Break answers a path, for instance "/token", with the status instead; zero mends it.
func (p *Provider) Break(path string, status int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.broken[path] = status
}

// Hold does not answer a path until the client gives up.
func (p *Provider) Hold(path string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.held[path] = true
}

func (p *Provider) discovery(w http.ResponseWriter, _ *http.Request) {
	answer(w, http.StatusOK, map[string]any{
		"issuer": p.Issuer, "authorization_endpoint": p.Issuer + "/authorize", "token_endpoint": p.Issuer + "/token",
		"userinfo_endpoint": p.Issuer + "/userinfo", "jwks_uri": p.Issuer + "/jwks",
		"response_types_supported": []string{"code"}, "subject_types_supported": []string{"public"},
		"id_token_signing_alg_values_supported": []string{"RS256"}, "code_challenge_methods_supported": []string{"S256"},
		"authorization_response_iss_parameter_supported": true,
	})
}

func (p *Provider) jwks(w http.ResponseWriter, _ *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	answer(w, http.StatusOK, map[string]any{"keys": []map[string]string{{
		"kty": "RSA", "use": "sig", "alg": "RS256", "kid": p.key.id, "n": encode(p.key.N.Bytes()),
		"e": encode(big.NewInt(int64(p.key.E)).Bytes()),
	}}})
}

// authorize is where the browser comes by; who is signed in agrees at once.
func (p *Provider) authorize(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	back, err := url.Parse(p.Redirect)
	if err != nil || q.Get("client_id") != p.ClientID || q.Get("redirect_uri") != p.Redirect {
		http.Error(w, "there is no such client, or it does not have this redirect_uri", http.StatusBadRequest)
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	given := url.Values{"state": {q.Get("state")}, "iss": {p.Issuer}}
	switch {
	case q.Get("response_type") != "code":
		given.Set("error", "unsupported_response_type")
	case !slices.Contains(strings.Fields(q.Get("scope")), "openid"):
		given.Set("error", "invalid_scope")
	case q.Get("code_challenge_method") != "S256" || q.Get("code_challenge") == "":
		given.Set("error", "invalid_request")
	case p.user == nil:
		given.Set("error", "access_denied")
	default:
		given.Set("code", p.grant(&grant{
			challenge: q.Get("code_challenge"), nonce: q.Get("nonce"),
			claims: maps.Clone(p.user), expires: time.Now().Add(codeValid),
		}))
		given.Set("session_state", rand.Text()) // as some providers add
	}
	back.RawQuery = given.Encode()
	http.Redirect(w, r, back.String(), http.StatusFound)
}

// grant makes a secret that stands for something. The lock is held.
func (p *Provider) grant(g *grant) string {
	secret := rand.Text()
	p.grants[secret] = g
	return secret
}

// token exchanges a code, once.
func (p *Provider) token(w http.ResponseWriter, r *http.Request) {
	id, secret, basic := r.BasicAuth()
	if !basic {
		id, secret = r.PostFormValue("client_id"), r.PostFormValue("client_secret")
	}
	if id != p.ClientID || subtle.ConstantTimeCompare([]byte(secret), []byte(p.ClientSecret)) != 1 {
		answer(w, http.StatusUnauthorized, map[string]any{"error": "invalid_client"})
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	code := r.PostFormValue("code")
	g := p.grants[code]
	delete(p.grants, code)
	challenge := sha256.Sum256([]byte(r.PostFormValue("code_verifier")))
	if g == nil || g.challenge == "" || g.challenge != encode(challenge[:]) || time.Now().After(g.expires) ||
		r.PostFormValue("grant_type") != "authorization_code" || r.PostFormValue("redirect_uri") != p.Redirect {
		answer(w, http.StatusBadRequest, map[string]any{"error": "invalid_grant", "error_description": "the code is not valid"})
		return
	}
	now := time.Now()
	claims := maps.Clone(g.claims)
	maps.Copy(claims, map[string]any{
		"iss": p.Issuer, "aud": p.ClientID, "iat": now.Unix(), "exp": now.Add(tokenValid).Unix(), "nonce": g.nonce,
	})
	if p.spoil != nil {
		p.spoil(claims)
	}
	idToken, err := p.sign(claims)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	answer(w, http.StatusOK, map[string]any{
		"access_token": p.grant(&grant{claims: g.claims, expires: now.Add(tokenValid)}), "token_type": "Bearer",
		"expires_in": int(tokenValid.Seconds()), "id_token": idToken, "scope": "openid email",
	})
}

// sign makes a JSON web token. A claim "alg" of "none" leaves it unsigned.
func (p *Provider) sign(claims map[string]any) (string, error) {
	header := map[string]any{"alg": "RS256", "typ": "JWT", "kid": p.key.id}
	if claims["alg"] == "none" {
		header["alg"] = "none"
	}
	var parts []string
	for _, part := range []map[string]any{header, claims} {
		text, err := json.Marshal(part)
		if err != nil {
			return "", fmt.Errorf("id token: %w", err)
		}
		parts = append(parts, encode(text))
	}
	unsigned := strings.Join(parts, ".")
	if header["alg"] == "none" {
		return unsigned + ".", nil
	}
	sum := sha256.Sum256([]byte(unsigned))
	signature, err := rsa.SignPKCS1v15(rand.Reader, p.key.PrivateKey, crypto.SHA256, sum[:])
	if err != nil {
		return "", fmt.Errorf("id token: %w", err)
	}
	return unsigned + "." + encode(signature), nil
}

func (p *Provider) userinfo(w http.ResponseWriter, r *http.Request) {
	token, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	p.mu.Lock()
	defer p.mu.Unlock()
	g := p.grants[token]
	if g == nil || g.challenge != "" || time.Now().After(g.expires) {
		w.Header().Set("WWW-Authenticate", `Bearer error="invalid_token"`)
		answer(w, http.StatusUnauthorized, map[string]any{"error": "invalid_token"})
		return
	}
	answer(w, http.StatusOK, g.claims)
}

func encode(data []byte) string { return base64.RawURLEncoding.EncodeToString(data) }

func answer(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v) // a client that is gone needs no answer
}
