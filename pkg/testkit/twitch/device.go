package twitch

import (
	"crypto/rand"
	"fmt"
	"html"
	"net/http"
	"net/url"
	"strings"
	"time"
)

const (
	deviceGrant = "urn:ietf:params:oauth:grant-type:device_code"
	deviceLife  = 30 * time.Minute
	// deviceInterval is the pause in seconds that a client is asked to make between its questions.
	deviceInterval = 5
)

// device is a device that waits for a person who enters its user code somewhere else.
type device struct {
	userCode string
	scopes   []string
	expires  time.Time
	user     string // who has agreed
	refused  bool
}

// device begins a device code flow.
func (s *Server) device(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if r.FormValue("client_id") != s.ClientID {
		answer(w, 400, map[string]any{"status": 400, "message": "invalid client"})
		return
	}
	deviceCode := rand.Text() + rand.Text()
	d := &device{userCode: rand.Text()[:8], scopes: strings.Fields(r.FormValue("scopes")), expires: s.clock.Now().Add(deviceLife)}
	s.accounts.devices[deviceCode] = d
	s.note()
	answer(w, 200, map[string]any{
		"device_code": deviceCode, "expires_in": int(deviceLife.Seconds()), "interval": deviceInterval, "user_code": d.userCode,
		"verification_uri": s.URL + "/activate?public=true&device-code=" + url.QueryEscape(d.userCode),
	})
}

// activate is the page where a person enters a user code.
func (s *Server) activate(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	s.mu.Lock()
	decision := s.accounts.consent
	s.mu.Unlock()
	if decision == Ask && q.Get("decision") == "" {
		page(w, "Activate", `<form><p><input name="device-code" value="`+html.EscapeString(q.Get("device-code"))+`"></p>`+
			`<p><button name="decision" value="allow">Activate</button> <button name="decision" value="deny">Cancel</button></p></form>`)
		return
	}
	allowed := decision == Allow || decision == Ask && q.Get("decision") == "allow"
	if err := s.EnterCode(q.Get("device-code"), allowed); err != nil {
		w.WriteHeader(http.StatusNotFound)
		page(w, "Activate", "<p>"+html.EscapeString(err.Error())+"</p>")
		return
	}
	page(w, "Activate", map[bool]string{true: "<p>Your device is connected.</p>", false: "<p>Your device stays unconnected.</p>"}[allowed])
}

// EnterCode is what a person does with a device's user code: allow it, or not.
func (s *Server) EnterCode(userCode string, allow bool) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, d := range s.accounts.devices {
		if d.userCode == userCode && d.user == "" && !d.refused && d.expires.After(s.clock.Now()) {
			if allow {
				d.user = s.viewer()
			}
			d.refused = !allow
			s.note()
			return nil
		}
	}
	return fmt.Errorf("no device waits for the code %q: begin again on the device", userCode)
}

// deviceToken answers a device that asks whether a person has agreed. The lock is held.
func (s *Server) deviceToken(w http.ResponseWriter, deviceCode string, public bool) {
	d := s.accounts.devices[deviceCode]
	switch {
	case d == nil || d.refused || !d.expires.After(s.clock.Now()):
		delete(s.accounts.devices, deviceCode)
		answer(w, 400, map[string]any{"status": 400, "message": "invalid device code"})
	case d.user == "":
		answer(w, 400, map[string]any{"status": 400, "message": "authorization_pending"})
	default:
		delete(s.accounts.devices, deviceCode)
		answer(w, 200, s.authorised(s.newGrant(d.user, d.scopes, public)))
	}
}
