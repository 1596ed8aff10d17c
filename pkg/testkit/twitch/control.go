package twitch

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
)

// controlState shows what the server knows, to a test in another process.
func (s *Server) controlState(w http.ResponseWriter, _ *http.Request) { answer(w, 200, s.State()) }

// control does the step that the path names at once; the body has its fields.
func (s *Server) control(w http.ResponseWriter, r *http.Request) {
	said, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 8<<20))
	if err != nil {
		refuse(w, 400, "the body cannot be read")
		return
	}
	var step Step
	if len(bytes.TrimSpace(said)) > 0 {
		decoder := json.NewDecoder(bytes.NewReader(said))
		decoder.DisallowUnknownFields()
		if err := decoder.Decode(&step); err != nil {
			refuse(w, 400, "the body is no step: "+err.Error())
			return
		}
	}
	step.Do = r.PathValue("do")
	sent, err := s.Do(step)
	if err != nil {
		refuse(w, 400, err.Error())
		return
	}
	answer(w, 200, map[string]any{"sent": append([]Message{}, sent...)})
}
